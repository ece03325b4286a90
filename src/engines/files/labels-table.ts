import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsFrom } from './connection.ts';
import type { Label, LabelState, LabelsFound } from './labels.ts';

/** What only single invocations tell. */
export async function scatteredIn(connection: DuckDBConnection): Promise<Set<Label>> {
  const rows = await rowsFrom(connection, 'SELECT label FROM labels WHERE scattered');
  return new Set(rows.map((row) => row['label'] as Label));
}

/** What the ledger knows of labels, for those who read on. */
export async function labelsOf(connection: DuckDBConnection): Promise<LabelState> {
  const [files] = await rowsFrom(connection, 'SELECT coalesce(sum(records), 0) AS records FROM files');
  const rows = await rowsFrom(connection, 'SELECT label, met FROM labels');
  return {
    records: Number(files?.['records']),
    values: new Map(rows.map((row) => [row['label'] as Label, Number(row['met'])])),
    scattered: await scatteredIn(connection),
  };
}

/** Adds what readers found: of several the sum. */
export async function addLabels(connection: DuckDBConnection, { values, scattered }: LabelsFound): Promise<void> {
  if (values.length + scattered.length === 0) return;
  const appender = await connection.createAppender('labels');
  const append = (label: Label, met: number, isScattered: boolean) => {
    appender.appendVarchar(label);
    appender.appendBigInt(BigInt(met));
    appender.appendBoolean(isScattered);
    appender.endRow();
  };
  for (const [label, met] of values) append(label, met, false);
  for (const label of scattered) append(label, 0, true);
  appender.closeSync();
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE labels_now AS
      SELECT label, sum(met)::BIGINT AS met, bool_or(scattered) AS scattered FROM labels GROUP BY label`,
  );
  await connection.run('DELETE FROM labels');
  await connection.run('INSERT INTO labels SELECT * FROM labels_now');
}

/** Forgets scattered labels that no record has any more. */
export async function dropLabels(connection: DuckDBConnection): Promise<void> {
  const scattered = await scatteredIn(connection);
  if (![...scattered].some((label) => label !== 'caller')) return;
  await connection.run(
    `DELETE FROM labels WHERE scattered AND label <> 'caller' AND label NOT IN (
      SELECT DISTINCT 'metadata.' || unnest(json_keys(own, '$.metadata')) FROM records WHERE own IS NOT NULL)`,
  );
}
