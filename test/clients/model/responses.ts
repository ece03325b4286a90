import { type Api, type Body, events } from './api.ts';

/** https://platform.openai.com/docs/api-reference/responses-streaming */
export const responses: Api = {
  path: /\/responses$/,
  tools: ({ tools = [] }) => tools.flatMap(namesOf),
  hasAnswer: ({ input = [] }) => input.some(({ type }: Body) => type === 'function_call_output'),
  call(name, input, { body }) {
    const space = body.tools.find((tool: Body) => tool.type === 'namespace' && namesOf(tool).includes(name));
    const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name, arguments: JSON.stringify(input) };
    return response(space === undefined ? call : { ...call, namespace: space.name });
  },
  say: (text) =>
    response({
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    }),
};

/** Tools of one server may come under one name. */
const namesOf = (tool: Body): string[] => (tool.type === 'namespace' ? tool.tools.flatMap(namesOf) : [tool.name ?? '']);

function response(item: object): Response {
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  const whole = { id: 'resp_1', object: 'response', created_at: 1, model: 'stand-in', status: 'completed' };
  return events([
    ['response.created', { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } }],
    ['response.output_item.added', { type: 'response.output_item.added', output_index: 0, item }],
    ['response.output_item.done', { type: 'response.output_item.done', output_index: 0, item }],
    ['response.completed', { type: 'response.completed', response: { ...whole, output: [item], usage } }],
  ]);
}
