import type { DuckDBConnection } from '@duckdb/node-api';
import { printableLine } from '../../domain/printable.ts';
import { sumByName } from '../../domain/sums.ts';
import type { Coverage } from '../engine.ts';
import { rowsFrom } from './connection.ts';
import { coverageStatement, type SummedTable } from './query.ts';
import type { Listing } from './store.ts';

/** What came of the files of a source, whatever is asked. */
export interface Contents {
  files: number;
  records: number;
  malformedReasons: Record<string, number>;
  damagedFiles: { path: string; reason: string }[];
  /** Paths of files that were read to their end and hold no record. */
  noLogs: string[];
  skippedFiles: number;
  /** Files that are in an archive, and so not in the ledger. */
  archived: number;
}

/** Sums up the ledger's files. */
export async function contentsOf(
  connection: DuckDBConnection,
  { root, skipped, unread }: Listing,
  archived: number,
): Promise<Contents> {
  const [sums] = await rowsFrom(connection, 'SELECT count(*) AS files, sum(records) AS records FROM files');
  const odd = await rowsFrom(
    connection,
    "SELECT name, records, malformed, damaged FROM files WHERE damaged IS NOT NULL OR malformed <> '{}' OR records = 0 ORDER BY name",
  );
  const files = odd.map((row) => ({
    path: (row['name'] as string).slice(root.length),
    records: Number(row['records']),
    malformed: JSON.parse(row['malformed'] as string) as Record<string, number>,
    damaged: row['damaged'] as string | null,
  }));
  const damaged = files.flatMap(({ path, damaged: reason }) => (reason === null ? [] : [{ path, reason }]));
  return {
    files: Number(sums?.['files']),
    records: Number(sums?.['records'] ?? 0),
    malformedReasons: sumByName(files.map(({ malformed }) => malformed)),
    damagedFiles: [...unread, ...damaged],
    noLogs: files.flatMap(({ path, records, damaged: reason }) => (records === 0 && reason === null ? [path] : [])),
    skippedFiles: skipped,
    archived,
  };
}

/**
 * The same, with what of it is in a period.
 * @param table what a question about the period is answered from
 */
export async function coverageOf(
  connection: DuckDBConnection,
  contents: Contents,
  period: { from: number; to: number },
  table: SummedTable,
): Promise<Coverage> {
  const { sql, values } = coverageStatement(period, table);
  const [counts] = await rowsFrom(connection, sql, values);
  const invocations = Number(counts?.['invocations']);
  const records = Number(counts?.['records']);
  const moment = (name: string) => (counts?.[name] == null ? undefined : Number(counts[name]));
  const { malformedReasons, damagedFiles, skippedFiles } = contents;
  return {
    files: Number(counts?.['files']),
    records,
    invocations,
    duplicates: records - invocations,
    malformed: Object.values(malformedReasons).reduce((sum, count) => sum + count, 0),
    malformedReasons,
    damagedFiles,
    skippedFiles,
    first: moment('first'),
    last: moment('last'),
    ...notesOn(contents),
  };
}

function notesOn({ noLogs, archived }: Contents): { notes?: string[] } {
  const notes = [...(noLogs.length > 0 ? [noLogsNote(noLogs)] : []), ...(archived > 0 ? [archivedNote(archived)] : [])];
  return notes.length > 0 ? { notes } : {};
}

function noLogsNote(noLogs: readonly string[]): string {
  const what = noLogs.length === 1 ? '1 file is no log' : `${noLogs.length.toLocaleString('en-US')} files are no logs`;
  return `${what}, since no line is an invocation record: ${listOf(noLogs)}.`;
}

function archivedNote(count: number): string {
  return `${count.toLocaleString('en-US')} log files are in an archive storage class (S3 Glacier) and not in these numbers. Have them restored, or copy the logs before they are archived.`;
}

/** More files than this are counted, not listed. */
const LISTED = 5;
const MOST_NAME = 120;

/**
 * The first of some names, shortened at their beginnings: the end of a path tells files apart.
 * @param said what to say of each
 */
export function listOf(names: readonly string[], said: readonly string[] = []): string {
  const listed = names.slice(0, LISTED).map((name, at) => {
    const line = printableLine(name);
    const short = line.length > MOST_NAME ? `…${line.slice(-MOST_NAME)}` : line;
    // A name that is not plain could be taken for words of this sentence.
    return `${/[\s,;()'"]/.test(line) ? JSON.stringify(short) : short}${printableLine(said[at] ?? '')}`;
  });
  const more = names.length - listed.length;
  return `${listed.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}
