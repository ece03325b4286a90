import { COUNT_PLACES } from '../../logs/count-table.ts';
import { BAD_COUNT, tokenCounts } from '../../logs/token-counts.ts';
import type { MergedInvocation } from '../grouping/merge.ts';
import { type Column, invocationFromRow, type ResultRow } from '../scans/result-row.ts';
import { NAMED_COUNTERS } from './count-names.ts';
import { COUNT_PATHS, INPUT_COLUMNS, METRIC_COLUMNS, type Mention, mentionColumn } from './plain-query.ts';

type Fields = { [name: string]: Fields | string };

/** A request as the plain query found it. */
export interface PlainRequest {
  invocation: MergedInvocation;
  /** It must be looked at itself: the query may not have seen all that it states. */
  doubt: boolean;
  /** Its records, epoch milliseconds. */
  from: number;
  to: number;
}

/** Reads the counts that were found as files are read, and tells whether they can be all there are. */
export function plainRequestFromRow(row: ResultRow, columns: readonly Column[]): PlainRequest {
  const id = row['k2'] ?? '';
  const found = invocationFromRow(row, columns, id.startsWith('?') ? '' : id);
  const tokens = tokensFromRow(row);
  const invocation = { ...found, ...(tokens ? { tokens } : {}), records: Number(row['n']) };
  return {
    invocation,
    doubt: tokens === undefined || isUnread(row, invocation) || isUnfound(row, invocation),
    from: Number(row['t']),
    to: Number(row['t_last']),
  };
}

/** Undefined: a count is none. */
function tokensFromRow(row: ResultRow) {
  const record = recordFromRow(row);
  const body = inner(inner(record, 'output'), 'outputBodyJson');
  const bodies = [body, inner(body, '0')];
  try {
    return tokenCounts(inner(record, 'input'), inner(record, 'output'), bodies);
  } catch (error) {
    if (error === BAD_COUNT) return undefined;
    throw error;
  }
}

const METRICS = ['output', 'outputBodyJson', 'amazon-bedrock-invocationMetrics'];

/** The part of a record that holds counts. */
function recordFromRow(row: ResultRow): Fields {
  const record: Fields = {};
  for (const [index, path] of COUNT_PATHS.entries()) put(record, path, row[`c${index}`]);
  put(record, COUNT_PLACES.output.own, row['t_y_out']);
  for (const [name, column] of Object.entries(METRIC_COLUMNS)) put(record, [...METRICS, name], row[`t_${column}`]);
  if (!isOnlyInput(row, record)) return record;
  put(record, COUNT_PLACES.input.own, row['t_y_in']);
  for (const [name, column] of Object.entries(INPUT_COLUMNS)) put(record, ['input', name], row[`t_${column}`]);
  return record;
}

/** A call that came through states its output, and its input beside it: then the one count of the input in the text is that. */
function isOnlyInput(row: ResultRow, record: Fields): boolean {
  const [, input] = COUNT_PLACES.input.own;
  const [holder, output] = COUNT_PLACES.output.own;
  return Number(row['t_y_length']) === input.length && inner(record, holder)[output] !== undefined;
}

/** Puts a count where its path leads, if there is one and none stands there. */
function put(holder: Fields, [name = '', ...rest]: readonly string[], text: string | undefined): void {
  if (text === undefined || text === '') return;
  if (rest.length === 0) {
    holder[name] ??= countText(text);
    return;
  }
  holder[name] ??= {};
  put(inner(holder, name), rest, text);
}

/** Services print large numbers as 1.2345E10. */
function countText(text: string): string {
  const count = Number(text);
  return Number.isInteger(count) && count >= 0 ? String(count) : text;
}

function inner(holder: Fields, name: string): Fields {
  const value = holder[name];
  return typeof value === 'object' ? value : {};
}

/** `parse` did not read the record, or what tells requests and prices was not found. */
function isUnread(
  row: ResultRow,
  { requestId, accountId, region, modelId, operation, records }: MergedInvocation,
): boolean {
  return [requestId, accountId, region, modelId, operation].includes('') || Number(row['parsed']) !== records;
}

/** The text states something that was not found. */
function isUnfound(row: ResultRow, { tokens, tier, blocked, errorCode, identityArn }: MergedInvocation): boolean {
  return (
    NAMED_COUNTERS.some((counter) => !tokens[counter] && mentions(row, counter)) ||
    (tokens.cacheWriteKnown < tokens.cacheWrite && mentions(row, 'lifetime')) ||
    (tier === undefined && mentions(row, 'tier')) ||
    (!blocked && mentions(row, 'blocked')) ||
    (errorCode === undefined && mentions(row, 'error')) ||
    (identityArn === undefined && mentions(row, 'caller')) ||
    mentions(row, 'stream') ||
    mentions(row, 'odd')
  );
}

function mentions(row: ResultRow, name: Mention): boolean {
  return Number(row[mentionColumn(name)]) > 0;
}
