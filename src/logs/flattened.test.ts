import { describe, expect, it } from 'vitest';
import { readRecord } from './record.ts';

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

const RECORD = {
  schemaType: 'ModelInvocationLog',
  timestamp: '2026-10-06T08:15:30Z',
  accountId: '444455556666',
  region: 'eu-west-3',
  requestId: 'flat-1',
  operation: 'Converse',
  modelId: 'amazon.nova-lite-v1:0',
  identity: { arn: 'arn:aws:iam::444455556666:user/kim' },
  requestMetadata: { team: 'maps', 'cost.center': 'cc 7' },
  input: { inputTokenCount: 31, cacheReadInputTokenCount: 7 },
  output: {
    outputTokenCount: 5,
    outputBodyJson: { stopReason: 'end_turn', metrics: { latencyMs: 812 }, usage: { cacheWriteInputTokens: 3 } },
  },
};

/** Objects under their path, joined by dots; lists stay. */
function flat(value: Json, path = ''): Record<string, Json> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [path]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, inner]) => flat(inner, path ? `${path}.${name}` : name)),
  );
}

const readingOf = (value: Json) => readRecord(Buffer.from(JSON.stringify(value)));

describe('a flattened record', () => {
  it('reads like the record', () => {
    expect(readingOf(flat(RECORD))).toEqual(readingOf(RECORD));
  });

  it('reads like the record without bodies, too', () => {
    const { output, ...others } = RECORD;
    const bare = { ...others, output: { outputTokenCount: output.outputTokenCount } };
    expect(readingOf(flat(bare))).toEqual(readingOf(bare));
  });

  it('may be flattened in part: what is nested goes first', () => {
    const reading = readingOf({ ...RECORD, 'input.inputTokenCount': 999, 'output.outputTokenCount': 999 });
    expect(reading).toMatchObject({ invocation: { tokens: { input: 31, output: 5 } } });
    const nested = { ...RECORD, input: { inputTokenCount: 31 }, 'input.cacheReadInputTokenCount': 7 };
    expect(readingOf(nested)).toEqual(readingOf(RECORD));
  });

  it('never shows a prompt', () => {
    const secret = 'xyzzy-the-prompt';
    const body = { messages: { content: { text: secret } }, system: secret };
    const record = flat({ ...RECORD, input: { ...RECORD.input, inputBodyJson: body } });
    const reading = readingOf(record);
    expect(reading).toEqual(readingOf(RECORD));
    expect(JSON.stringify(reading)).not.toContain(secret);
  });

  it.each(['__proto__.polluted', 'input.__proto__.polluted', 'requestMetadata.__proto__', 'a..b', '.', 'input.'])(
    'is not harmed by a field %s',
    (name) => {
      const line = JSON.stringify({ ...RECORD, x: 1 }).replace('"x"', JSON.stringify(name));
      expect(readRecord(Buffer.from(line))).toMatchObject({ invocation: { tokens: { input: 31, output: 5 } } });
      expect('polluted' in {}).toBe(false);
    },
  );

  it('with very many fields takes time in proportion to them', () => {
    const fields = Array.from({ length: 60_000 }, (_, index) => [`requestMetadata.key${index}`, 'v']);
    const reading = readingOf({ ...RECORD, ...Object.fromEntries(fields) });
    expect(reading).toMatchObject({ invocation: { metadata: { team: 'maps', key59999: 'v' } } });
  });
});
