import { relative, resolve } from 'node:path';
import { DAY_MS } from '../../domain/period.ts';
import type { Coverage, Engine, Work } from '../engine.ts';
import { type Discovery, discover } from './discover.ts';
import { ingest } from './ingest.ts';
import {
  createLedger,
  createTemporaryLedger,
  type DuckDBConnection,
  type Ledger,
  ledgerPath,
  rowsFrom,
} from './ledger.ts';
import { coverageStatement, usageRowFromResult, usageStatement } from './query.ts';

export interface FilesOptions {
  /** A file, a folder or a glob. */
  source: string;
  /** File of the ledger; `false` for one that is thrown away. Default: in the user's cache folder, by source. */
  ledger?: string | false;
}

/** A question asked so soon after the last one is answered without looking at the folder again. */
const FRESH_MS = 1_000;

/** Wider than any date, on day boundaries so that sums by day answer it. */
const ALL_TIME = { from: -100_000_000 * DAY_MS, to: 100_000_000 * DAY_MS };

/** Answers from log files on this machine, through DuckDB. Loaded only when such a source is used. */
export async function createFilesEngine({ source, ledger: setting }: FilesOptions): Promise<Engine> {
  const ledger: Ledger =
    setting === false ? await createTemporaryLedger() : createLedger(setting ? resolve(setting) : ledgerPath(source));
  let known: { discovery: Discovery; at: number } | undefined;

  async function fresh<Result>(
    work: Work,
    answer: (connection: DuckDBConnection, discovery: Discovery) => Promise<Result>,
  ): Promise<Result> {
    return ledger.use(async (connection) => {
      if (known === undefined || Date.now() - known.at > FRESH_MS) {
        const discovery = await discover(source);
        await ingest(connection, discovery, work);
        known = { discovery, at: Date.now() };
      }
      return answer(connection, known.discovery);
    }, work);
  }

  return {
    name: 'files',
    source,
    usage: (query, work = {}) =>
      fresh(work, async (connection, discovery) => {
        const { sql, values } = usageStatement(query);
        const rows = (await rowsFrom(connection, sql, values)).map((row) => usageRowFromResult(row, query));
        return { rows, coverage: await coverageOf(connection, discovery, query) };
      }),
    range: (work = {}) => fresh(work, (connection, discovery) => coverageOf(connection, discovery, ALL_TIME)),
    async quote() {
      const { files } = await discover(source);
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      return {
        bytes,
        usd: '0',
        seconds: undefined,
        notes: ['Files that are in the ledger already are not read again.'],
      };
    },
    metadataKeys: (work = {}) =>
      fresh(work, async (connection) => {
        const rows = await rowsFrom(
          connection,
          'SELECT DISTINCT unnest(json_keys(metadata)) AS key FROM attributes WHERE metadata IS NOT NULL AND id IN (SELECT attributes FROM days) ORDER BY key',
        );
        return rows.map((row) => row['key'] as string);
      }),
    close: () => ledger.close(),
  };
}

async function coverageOf(
  connection: DuckDBConnection,
  discovery: Discovery,
  period: { from: number; to: number },
): Promise<Coverage> {
  const { sql, values } = coverageStatement(period);
  const [counts] = await rowsFrom(connection, sql, values);
  const files = await rowsFrom(
    connection,
    "SELECT path, malformed, damaged FROM files WHERE damaged IS NOT NULL OR malformed <> '{}' ORDER BY path",
  );
  const malformedReasons: Record<string, number> = {};
  for (const file of files) {
    for (const [reason, count] of Object.entries(JSON.parse(file['malformed'] as string) as Record<string, number>)) {
      malformedReasons[reason] = (malformedReasons[reason] ?? 0) + count;
    }
  }
  const invocations = Number(counts?.['invocations']);
  const records = Number(counts?.['records']);
  const moment = (name: string) => (counts?.[name] == null ? undefined : Number(counts[name]));
  return {
    files: discovery.files.length,
    records,
    invocations,
    duplicates: records - invocations,
    malformed: Object.values(malformedReasons).reduce((sum, count) => sum + count, 0),
    malformedReasons,
    damagedFiles: files
      .filter((file) => file['damaged'] !== null)
      .map((file) => ({ path: relative(discovery.root, file['path'] as string), reason: file['damaged'] as string })),
    skippedFiles: discovery.skipped,
    first: moment('first'),
    last: moment('last'),
  };
}
