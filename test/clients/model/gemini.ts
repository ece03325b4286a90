import { type Api, type Body, events } from './api.ts';

/** https://ai.google.dev/api/generate-content */
export const gemini: Api = {
  path: /:(streamG|g)enerateContent$/,
  tools: ({ tools = [] }) =>
    tools.flatMap(({ functionDeclarations = [] }: Body) => functionDeclarations.map(({ name }: Body) => name)),
  hasAnswer: ({ contents }) =>
    contents.some(({ parts = [] }: Body) => parts.some((part: Body) => part.functionResponse !== undefined)),
  call: (name, args, { path }) => content({ functionCall: { name, args } }, path),
  say: (text, { path }) => content({ text }, path),
};

function content(part: object, path: string): Response {
  const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
  const candidates = [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }];
  const whole = { candidates, usageMetadata, modelVersion: 'stand-in' };
  return path.includes('stream') ? events([whole]) : Response.json(whole);
}
