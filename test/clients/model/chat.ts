import { type Api, type Body, events } from './api.ts';

/** https://platform.openai.com/docs/api-reference/chat/streaming */
export const chat: Api = {
  path: /\/chat\/completions$/,
  tools: ({ tools = [] }) => tools.map((tool: Body) => tool.function.name),
  hasAnswer: ({ messages }) => messages.some(({ role }: Body) => role === 'tool'),
  call(name, input) {
    const called = { index: 0, id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(input) } };
    return completion({ role: 'assistant', content: null, tool_calls: [called] }, 'tool_calls');
  },
  say: (text) => completion({ role: 'assistant', content: text }, 'stop'),
};

function completion(delta: object, finish_reason: string): Response {
  const chunk = (choice: object, more = {}) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'stand-in',
    choices: [{ index: 0, ...choice }],
    ...more,
  });
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  return events([
    chunk({ delta, finish_reason: null }),
    chunk({ delta: {}, finish_reason }, { usage }),
    [undefined as never, '[DONE]'],
  ]);
}
