/** How programs ask a model: what one of its requests holds, and how it is answered. */
export interface Api {
  path: RegExp;
  /** Names of the tools that the model is offered. */
  tools(body: Body): string[];
  /** Whether a tool's answer is in it. */
  hasAnswer(body: Body): boolean;
  call(name: string, input: object, asked: Asked): Response;
  say(text: string, asked: Asked): Response;
}

export interface Asked {
  path: string;
  body: Body;
}

// biome-ignore lint/suspicious/noExplicitAny: what four vendors' programs send
export type Body = any;

/** Server-sent events; a pair's first names the event. */
export function events(list: readonly (readonly [string, object | string] | object)[]): Response {
  const text = list.map((event) => {
    const [name, data] = Array.isArray(event) ? event : [undefined, event];
    return `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
  });
  return new Response(text.join(''), { headers: { 'content-type': 'text/event-stream' } });
}
