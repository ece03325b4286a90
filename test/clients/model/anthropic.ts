import { type Api, type Body, events } from './api.ts';

/** https://docs.claude.com/en/api/messages-streaming */
export const anthropic: Api = {
  path: /\/v1\/messages$/,
  tools: ({ tools = [] }) => tools.map(({ name }: { name: string }) => name),
  hasAnswer: ({ messages }) =>
    messages.some(
      ({ content }: Body) => Array.isArray(content) && content.some(({ type }: Body) => type === 'tool_result'),
    ),
  call: (name, input, { body }) =>
    message({ type: 'tool_use', id: `toolu_${Date.now()}`, name, input }, 'tool_use', body),
  say: (text, { body }) => message({ type: 'text', text }, 'end_turn', body),
};

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: object };

function message(block: Block, stop_reason: string, { model, stream }: Body) {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const whole = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null, usage };
  if (!stream) return Response.json({ ...whole, content: [block], stop_reason });
  const [begun, delta] =
    block.type === 'text'
      ? [
          { ...block, text: '' },
          { type: 'text_delta', text: block.text },
        ]
      : [
          { ...block, input: {} },
          { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
        ];
  return events([
    ['message_start', { type: 'message_start', message: { ...whole, content: [], stop_reason: null } }],
    ['content_block_start', { type: 'content_block_start', index: 0, content_block: begun }],
    ['content_block_delta', { type: 'content_block_delta', index: 0, delta }],
    ['content_block_stop', { type: 'content_block_stop', index: 0 }],
    ['message_delta', { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage }],
    ['message_stop', { type: 'message_stop' }],
  ]);
}
