import fc from 'fast-check';

/** Text that prompts and answers hold in these tests, and no result of a query may. */
export const PRIVATE = 'between-you-and-me';

/** A JSON value that a caller may put into a request: tool schemas, tool results. Its keys imitate those of a record. */
function planted(depth: number): fc.Arbitrary<unknown> {
  const key = fc.constantFrom(
    ...[
      'inputTokenCount',
      'outputTokenCount',
      'cacheReadInputTokenCount',
      'usage',
      'input',
      'output',
      'requestMetadata',
    ],
    ...[
      'modelId',
      'requestId',
      'schemaType',
      'input_tokens',
      'cache_read_input_tokens',
      'properties',
      'a}b',
      'x"y',
      'team',
    ],
  );
  const leaf = fc.oneof(
    fc.nat(5_000),
    fc.constantFrom(
      PRIVATE,
      `"inputTokenCount":77,"${PRIVATE}"`,
      '}},"output":{"outputTokenCount":9}}',
      'ModelInvocationLog',
    ),
    fc.constant(null),
    fc.boolean(),
  );
  if (depth === 0) return leaf;
  const inner = planted(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 2, arbitrary: fc.dictionary(key, inner, { maxKeys: 4 }) },
    { weight: 1, arbitrary: fc.array(inner, { maxLength: 4 }) },
  );
}

interface Counts {
  input: number;
  output: number;
  read: number;
  write: number;
  long: number;
}

const COUNTS: fc.Arbitrary<Counts> = fc
  .record({
    input: fc.integer({ min: 1, max: 200_000 }),
    output: fc.integer({ min: 1, max: 9_000 }),
    read: fc.oneof(fc.constant(0), fc.nat(100_000)),
    write: fc.oneof(fc.constant(0), fc.nat(50_000)),
    share: fc.constantFrom(0, 0, 0.5, 1),
  })
  .map(({ share, ...counts }) => ({ ...counts, long: Math.floor(counts.write * share) }));

/** A prompt of many messages: every one of them is two fields at least. */
const REQUEST_BODY = fc.record({
  messages: fc.integer({ min: 0, max: 900 }).map((count) =>
    Array.from({ length: count }, (_, index) => ({
      role: index % 2 ? 'assistant' : 'user',
      content: [{ text: `${PRIVATE} ${index} \\"inputTokenCount\\":5` }],
    })),
  ),
  tools: fc.array(planted(4), { maxLength: 6 }),
  service_tier: fc.constantFrom(undefined, 'auto'),
});

/** The shapes of responses, each with the counts it states of itself. */
const SHAPES: Record<string, (counts: Counts, text: unknown) => unknown> = {
  none: () => undefined,
  converse: ({ input, output, read, write, long }, text) => ({
    output: { message: { role: 'assistant', content: [{ text: PRIVATE }, { toolUse: { input: text } }] } },
    stopReason: 'tool_use',
    metrics: { latencyMs: 900 },
    usage: {
      ...{ inputTokens: input, outputTokens: output, totalTokens: input + output + read + write },
      ...{ cacheReadInputTokens: read, cacheWriteInputTokens: write },
      ...(write > 0
        ? {
            cacheDetails: [
              { ttl: '5m', inputTokens: write - long },
              { ttl: '1h', inputTokens: long },
            ],
          }
        : {}),
    },
  }),
  'converse, cached tokens inside': ({ input, output, read }) => ({
    stopReason: 'end_turn',
    usage: {
      inputTokens: input + read,
      outputTokens: output,
      totalTokens: input + output + read,
      cacheReadInputTokens: read,
    },
  }),
  anthropic: ({ input, output, read, write, long }, text) => ({
    content: [
      { type: 'tool_use', input: text },
      { type: 'text', text: PRIVATE },
    ],
    stop_reason: 'end_turn',
    usage: { input_tokens: input, output_tokens: output, ...cacheOf({ read, write, long }) },
  }),
  'anthropic stream': ({ input, output, read, write, long }) => [
    {
      type: 'message_start',
      message: {
        ...{ content: [], stop_reason: null },
        usage: { input_tokens: input, output_tokens: 1, ...cacheOf({ read, write, long }) },
      },
    },
    ...Array.from({ length: output % 90 }, (_, index) => ({
      type: 'content_block_delta',
      index,
      delta: { type: 'text_delta', text: `${PRIVATE} "stop_reason":"no"` },
    })),
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: output },
    },
    {
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': {
        ...{ inputTokenCount: input, outputTokenCount: output, invocationLatency: 1_000, firstByteLatency: 300 },
        ...{ cacheReadInputTokenCount: read, cacheWriteInputTokenCount: write },
      },
    },
  ],
  'converse events': ({ input, output, read, write, long }) => [
    { messageStart: { role: 'assistant' } },
    { contentBlockDelta: { delta: { text: PRIVATE } } },
    { messageStop: { stopReason: 'max_tokens' } },
    {
      metadata: {
        usage: {
          ...{ inputTokens: input, outputTokens: output, totalTokens: input + output + read + write },
          ...{ cacheReadInputTokens: read, cacheWriteInputTokens: write },
          ...(long > 0 ? { cacheDetails: [{ ttl: '1h', inputTokens: long }] } : {}),
        },
        serviceTier: { type: output % 2 ? 'priority' : 'default' },
      },
    },
  ],
  openai: ({ input, output, read }) => ({
    choices: [{ message: { content: PRIVATE } }],
    usage: {
      ...{ prompt_tokens: input + read, completion_tokens: output, total_tokens: input + read + output },
      prompt_tokens_details: { cached_tokens: read },
    },
  }),
  'openai stream': ({ input, output, read }) => [
    { type: 'response.created', response: { service_tier: 'auto', usage: null } },
    { type: 'response.output_text.delta', delta: PRIVATE },
    {
      type: 'response.completed',
      response: {
        service_tier: 'flex',
        usage: { input_tokens: input + read, output_tokens: output, input_tokens_details: { cached_tokens: read } },
      },
    },
  ],
  titan: ({ input, output }) => ({
    inputTextTokenCount: input,
    results: [{ tokenCount: output - 1 }, { tokenCount: 1, outputText: PRIVATE }],
  }),
  llama: ({ input, output }) => ({ generation: PRIVATE, prompt_token_count: input, generation_token_count: output }),
};

function cacheOf({ read, write, long }: Pick<Counts, 'read' | 'write' | 'long'>) {
  return {
    ...{ cache_read_input_tokens: read, cache_creation_input_tokens: write },
    cache_creation: { ephemeral_5m_input_tokens: write - long, ephemeral_1h_input_tokens: long },
  };
}

/** Where a record states its counts at its top; elsewhere its body alone does. */
const TOP = fc.constantFrom('all', 'all', 'all', 'no cache', 'none', 'as text', 'odd');

/** What is no count, and voids its record. */
const ODD = ['-5', -5, 1.5, 10_000_000_000, 'many', '', '1e3'];

/** The order of the keys of a record is not stable. */
const ORDERS = [
  [
    'timestamp',
    'accountId',
    'identity',
    'region',
    'requestId',
    'operation',
    'modelId',
    'requestMetadata',
    'input',
    'output',
    'inferenceRegion',
    'schemaType',
  ],
  [
    'schemaType',
    'timestamp',
    'accountId',
    'region',
    'requestId',
    'operation',
    'modelId',
    'input',
    'output',
    'inferenceRegion',
    'identity',
    'requestMetadata',
  ],
  [
    'input',
    'output',
    'schemaType',
    'timestamp',
    'accountId',
    'region',
    'requestId',
    'operation',
    'modelId',
    'identity',
    'requestMetadata',
    'inferenceRegion',
  ],
] as const;

const PARTS = fc.record({
  counts: COUNTS,
  shape: fc.constantFrom(...Object.keys(SHAPES)),
  request: fc.option(REQUEST_BODY, { nil: undefined }),
  tool: planted(3),
  top: TOP,
  order: fc.constantFrom(...ORDERS),
  bodyFirst: fc.boolean(),
  error: fc.constantFrom(undefined, undefined, undefined, 'ThrottlingException'),
  team: fc.constantFrom(undefined, 'search', 'größe "x"', '},"modelId":"cheap","x":{'),
  blocked: fc.boolean(),
});

type Parts = typeof PARTS extends fc.Arbitrary<infer Value> ? Value : never;

/** The texts of records of 10 to some 2,000 fields. Their times and ids come from their places. */
export const WIDE_RECORDS = fc
  .array(PARTS, { minLength: 1, maxLength: 80, size: 'max' })
  .map((records) => records.map((parts, index) => JSON.stringify(recordFrom(parts, index))));

function recordFrom(
  { counts, shape, request, tool, top, order, bodyFirst, error, team, blocked }: Parts,
  index: number,
): Record<string, unknown> {
  const inside = shape === 'converse, cached tokens inside' || shape.startsWith('openai');
  const input = inside ? counts.input + counts.read : counts.input;
  const stated = (count: number) =>
    ({ none: undefined, 'as text': String(count), odd: ODD[count % ODD.length] as string })[top as string] ??
    (top === 'none' ? undefined : count);
  const cached = (count: number) => (top === 'all' && !inside ? count : undefined);
  const arrange = (body: object, rest: object) => (bodyFirst ? { ...body, ...rest } : { ...rest, ...body });
  const fields: Record<string, unknown> = {
    timestamp: new Date(Date.UTC(2026, 9, 14, 12) + index * 1_000).toISOString().replace('.000', ''),
    ...{ accountId: '111122223333', region: 'us-east-1', requestId: `wide-${index}`, operation: 'InvokeModel' },
    ...{ modelId: 'anthropic.claude-sonnet-4-6', schemaType: 'ModelInvocationLog', inferenceRegion: 'us-west-2' },
    identity: { arn: 'arn:aws:sts::111122223333:assumed-role/Developer/ada@example.com' },
    requestMetadata: team === undefined ? undefined : { team, modelId: 'not-this-one' },
    errorCode: error,
    input: arrange(
      { inputBodyJson: request },
      {
        inputContentType: 'application/json',
        inputTokenCount: stated(input),
        cacheReadInputTokenCount: cached(counts.read),
        cacheWriteInputTokenCount: cached(counts.write),
      },
    ),
    output: arrange(
      { outputBodyJson: withAction(SHAPES[shape]?.(counts, tool), blocked) },
      { outputContentType: 'application/json', outputTokenCount: stated(counts.output) },
    ),
  };
  const ordered = Object.fromEntries(order.map((name: string) => [name, fields[name]]));
  return { ...ordered, errorCode: error };
}

function withAction(body: unknown, blocked: boolean): unknown {
  if (!blocked || body === undefined) return body;
  const action = { 'amazon-bedrock-guardrailAction': 'INTERVENED' };
  return Array.isArray(body)
    ? [...body.slice(0, -1), { ...(body.at(-1) as object), ...action }]
    : { ...(body as object), ...action };
}
