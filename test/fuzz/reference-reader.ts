/**
 * What a line says, by JSON.parse and a few loops: slow, with every prompt in memory, and short enough to be believed. It shares
 * nothing with the reader in src/logs.
 */

export type Reading = { reject: string } | { found: Found };

/** What is compared. */
export interface Found {
  requestId: string;
  region: string;
  accountId: string;
  modelId: string;
  at: number;
  input: number | undefined;
  output: number | undefined;
  cacheRead: number;
  cacheWrite: number;
  metadata: Record<string, string>;
}

type Fields = Record<string, unknown>;

export function referenceReading(line: string): Reading {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return { reject: 'not JSON' };
  }
  if (!isObject(record) || record['schemaType'] !== 'ModelInvocationLog') return { reject: 'no record' };
  const at = Date.parse(textOf(record, 'timestamp'));
  if (Number.isNaN(at)) return { reject: 'timestamp' };
  const [input, output] = [objectIn(record, 'input'), objectIn(record, 'output')];
  const usages = [...bodiesOf(output['outputBodyJson'])].flatMap(usagesOf);
  const stated = {
    input: [input['inputTokenCount'], ...usages.flatMap((usage) => [usage['inputTokens'], usage['input_tokens']])],
    output: [output['outputTokenCount'], ...usages.flatMap((usage) => [usage['outputTokens'], usage['output_tokens']])],
    cacheRead: [
      input['cacheReadInputTokenCount'],
      ...usages.flatMap((usage) => [usage['cacheReadInputTokens'], usage['cache_read_input_tokens']]),
    ],
    cacheWrite: [
      input['cacheWriteInputTokenCount'],
      ...usages.flatMap((usage) => [usage['cacheWriteInputTokens'], usage['cache_creation_input_tokens']]),
    ],
  };
  const counts = Object.values(stated)
    .flat()
    .filter((count) => count !== undefined && count !== null);
  if (!counts.every((count) => Number.isInteger(count) && (count as number) >= 0 && (count as number) <= 1e9))
    return { reject: 'count' };
  const largest = (counts: readonly unknown[]) => {
    const numbers = counts.filter((count) => typeof count === 'number');
    return numbers.length > 0 ? Math.max(...numbers) + 0 : undefined;
  };
  return {
    found: {
      requestId: textOf(record, 'requestId'),
      region: textOf(record, 'region'),
      accountId: textOf(record, 'accountId'),
      modelId: textOf(record, 'modelId'),
      at: Math.floor(at),
      input: largest(stated.input),
      output: largest(stated.output),
      cacheRead: largest(stated.cacheRead) ?? 0,
      cacheWrite: largest(stated.cacheWrite) ?? 0,
      metadata: Object.fromEntries(
        Object.entries(objectIn(record, 'requestMetadata')).filter(([, value]) => typeof value === 'string'),
      ) as Record<string, string>,
    },
  };
}

function bodiesOf(body: unknown): Fields[] {
  return (Array.isArray(body) ? body : [body]).filter(isObject);
}

/** Of a Converse answer, a Claude message, and the events of a stream of either. */
function usagesOf(body: Fields): Fields[] {
  return [body, objectIn(body, 'message'), objectIn(body, 'metadata')].map((holder) => objectIn(holder, 'usage'));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectIn(holder: Fields, name: string): Fields {
  const value = holder[name];
  return isObject(value) ? value : {};
}

function textOf(holder: Fields, name: string): string {
  const value = holder[name];
  return typeof value === 'string' ? value : '';
}
