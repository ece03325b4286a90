import fc from 'fast-check';
import { Verbatim } from './cases.ts';

/** What a caller can put into a log: text that looks like a record, and JSON of any shape. */
const TEMPTING = [
  '"usage":{"inputTokens":999999}',
  '{"schemaType":"ModelInvocationLog"}',
  '\\"}}],"outputTokenCount":1,"',
  '\u2028\u0000\uFEFF',
  'BodyJson',
  '\uD83D\uDE00',
];

const word = () =>
  fc.oneof(fc.constantFrom(...TEMPTING), fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 8 }));

/** Counts as services write them, and as they should not. */
const count = () =>
  fc.oneof(
    { weight: 30, arbitrary: fc.nat(200_000) },
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1_000_000_000) },
    { weight: 2, arbitrary: fc.constantFrom('12.0', '1e3', '1.2E+2', '0.0', '-0').map((text) => new Verbatim(text)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('-1', '1.5', '1000000001', '1e400', '99999999999999999999')
        .map((text) => new Verbatim(text)),
    },
  );

const usage = () =>
  fc.oneof(
    fc.record({
      inputTokens: count(),
      outputTokens: count(),
      cacheReadInputTokens: count(),
      cacheWriteInputTokens: count(),
    }),
    fc.record({
      input_tokens: count(),
      output_tokens: count(),
      cache_read_input_tokens: count(),
      cache_creation_input_tokens: count(),
    }),
  );

/** Anything, with fields of usage where none is meant: in a tool's arguments, say. */
const content = () =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      word(),
      fc.nat(),
      fc.constantFrom(null, true, false),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom('usage', 'inputTokens', 'input', 'text', '__proto__', 'metadata'), word()),
        tie('value'),
        {
          maxKeys: 3,
        },
      ),
    ),
  })).value;

const text = () =>
  fc.record({
    content: fc.array(fc.record({ text: word(), toolUse: fc.record({ input: content() }) }), { maxLength: 3 }),
  });

/** Answers: whole, or the events of a stream. */
const body = () =>
  fc.oneof(
    fc.constant(undefined),
    fc.tuple(text(), usage()).map(([answer, counts]) => ({ output: { message: answer }, usage: counts })),
    fc.tuple(text(), usage()).map(([answer, counts]) => ({ ...answer, usage: counts })),
    fc
      .tuple(fc.array(text(), { maxLength: 4 }), usage(), usage())
      .map(([events, first, last]) => [
        { type: 'message_start', message: { usage: first } },
        ...events.map((delta) => ({ type: 'content_block_delta', delta })),
        { type: 'message_delta', usage: last },
      ]),
    fc
      .tuple(fc.array(text(), { maxLength: 4 }), usage())
      .map(([events, counts]) => [
        ...events.map((delta) => ({ contentBlockDelta: { delta } })),
        { metadata: { usage: counts, metrics: { latencyMs: 5 } } },
      ]),
  );

const moment = () =>
  fc
    .date({ min: new Date('2023-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .chain((date) => fc.constantFrom(date.toISOString(), `${date.toISOString().slice(0, 19)}Z`));

export interface LoggedRecord {
  schemaType: string;
  [field: string]: unknown;
}

/** A record as Bedrock delivers it, with anything in it that a caller can put there. */
export function logRecord(): fc.Arbitrary<LoggedRecord> {
  return fc.record({
    schemaType: fc.constant('ModelInvocationLog'),
    schemaVersion: fc.constantFrom('1.0', '2.0'),
    timestamp: moment(),
    accountId: fc.constantFrom('111122223333', '444455556666'),
    identity: fc.constantFrom(undefined, { arn: 'arn:aws:sts::111122223333:assumed-role/a/b' }),
    region: fc.constantFrom('us-east-1', 'eu-west-1'),
    requestId: fc.oneof(
      fc.uuid(),
      word().filter((id) => id.isWellFormed()),
    ),
    operation: fc.constantFrom('Converse', 'InvokeModel', 'ConverseStream'),
    modelId: fc.constantFrom('amazon.nova-lite-v1:0', 'anthropic.claude-sonnet-4-6'),
    requestMetadata: fc.oneof(fc.constant(undefined), fc.dictionary(word(), word(), { maxKeys: 4 })),
    input: fc.record({
      inputContentType: fc.constant('application/json'),
      inputBodyJson: fc.oneof(fc.constant(undefined), content()),
      inputTokenCount: count(),
      cacheReadInputTokenCount: count(),
      cacheWriteInputTokenCount: count(),
    }),
    output: fc.record({
      outputContentType: fc.constant('application/json'),
      outputBodyJson: body(),
      outputTokenCount: count(),
    }),
  });
}
