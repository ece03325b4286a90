import { tokenCounts } from '../../logs/token-counts.ts';
import type { MergedInvocation } from '../merge.ts';
import { type Column, invocationFromRow, type ResultRow } from '../result-row.ts';
import { COUNT_NAMES, type CountName } from './count-names.ts';
import { COUNT_PATHS, METRIC_COLUMNS, type Mention, mentionColumn } from './plain-query.ts';

type Fields = { [name: string]: Fields | number };

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
  const record = recordFromRow(row);
  const bodies = [bodyOf(record), { message: firstEventOf(record) }];
  const found = invocationFromRow(row, columns, id.startsWith('?') ? '' : id);
  const tokens = tokenCounts(record['input'] as Fields, record['output'] as Fields, bodies as never);
  const invocation = { ...found, tokens, records: countOf(row, 'n') ?? 1 };
  return {
    invocation,
    doubt: isUnread(row, invocation) || hasOddCount(record) || isUnfound(row, invocation),
    from: countOf(row, 't') ?? 0,
    to: countOf(row, 't_last') ?? 0,
  };
}

const METRICS = 'amazon-bedrock-invocationMetrics';

/** The part of a record that holds counts. */
function recordFromRow(row: ResultRow): Fields {
  const record: Fields = { input: {}, output: {} };
  for (const [index, path] of COUNT_PATHS.entries()) {
    const count = countOf(row, `c${index}`);
    if (count !== undefined) put(record, path, count);
  }
  const output = record['output'] as Fields;
  const last = countOf(row, 't_y_out');
  if (last !== undefined) output['outputTokenCount'] ??= last;
  for (const [name, column] of Object.entries(METRIC_COLUMNS)) {
    const count = countOf(row, `t_${column}`);
    if (count !== undefined) put(record, ['output', 'outputBodyJson', METRICS, name], count);
  }
  if (isOnlyInput(row) && typeof output['outputTokenCount'] === 'number') addInput(record['input'] as Fields, row);
  return record;
}

/** A call that came through states its output, and its input beside it: then the one `inputTokenCount` of the text is that. */
function isOnlyInput(row: ResultRow): boolean {
  return countOf(row, 't_y_length') === 'inputTokenCount'.length;
}

function addInput(input: Fields, row: ResultRow): void {
  const found = { inputTokenCount: 'in', cacheReadInputTokenCount: 'read', cacheWriteInputTokenCount: 'write' };
  for (const [name, column] of Object.entries(found)) {
    const count = countOf(row, `t_y_${column}`);
    if (count !== undefined) input[name] ??= count;
  }
}

function put(holder: Fields, [name, ...rest]: readonly string[], count: number): void {
  const key = name as string;
  if (rest.length === 0) {
    holder[key] = count;
    return;
  }
  holder[key] ??= {};
  put(holder[key] as Fields, rest, count);
}

function bodyOf(record: Fields): Fields {
  return ((record['output'] as Fields)['outputBodyJson'] ?? {}) as Fields;
}

function firstEventOf(record: Fields): Fields {
  return (((bodyOf(record)['0'] ?? {}) as Fields)['message'] ?? {}) as Fields;
}

/** `parse` did not read the record, or what tells requests and prices was not found. */
function isUnread(
  row: ResultRow,
  { requestId, accountId, region, modelId, operation, records }: MergedInvocation,
): boolean {
  return [requestId, accountId, region, modelId, operation].includes('') || countOf(row, 'parsed') !== records;
}

/** The text states something that was not found. */
function isUnfound(row: ResultRow, { tokens, tier, blocked, errorCode, identityArn }: MergedInvocation): boolean {
  const { input, output, cacheRead: read, cacheWrite: write, cacheWrite1h: long, cacheWriteKnown: known } = tokens;
  const counts: Record<CountName, number> = { input, output, read, write, long };
  return (
    COUNT_NAMES.some((name) => counts[name] === 0 && mentions(row, name)) ||
    (known < write && mentions(row, 'lifetime')) ||
    (tier === undefined && mentions(row, 'tier')) ||
    (!blocked && mentions(row, 'blocked')) ||
    (errorCode === undefined && mentions(row, 'error')) ||
    (identityArn === undefined && mentions(row, 'caller')) ||
    mentions(row, 'stream')
  );
}

function mentions(row: ResultRow, name: Mention): boolean {
  return (countOf(row, mentionColumn(name)) ?? 0) > 0;
}

/** A count that is no whole number. */
function hasOddCount(fields: Fields): boolean {
  return Object.values(fields).some((value) =>
    typeof value === 'number' ? !(Number.isInteger(value) && value >= 0 && value <= 1e9) : hasOddCount(value),
  );
}

/** Services print large numbers as 1.2345E10. NaN: it is none. */
function countOf(row: ResultRow, column: string): number | undefined {
  const text = row[column];
  return text === undefined || text === '' ? undefined : Number(text);
}
