import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';

/**
 * What MCP messages nest is a tool's input in an envelope; ours go to six. Far deeper text parses, but whatever walks the result after
 * that runs out of stack.
 */
const MOST_DEEP = 100;

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

/** Whether a JSON text nests deeper than any message does; told in one pass, before it is parsed. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === OPEN_ARRAY || character === OPEN_OBJECT) {
      if (++depth > MOST_DEEP) return true;
    } else if (character === CLOSE_ARRAY || character === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** Of the closing quote; past the text where there is none. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** Undefined for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A message, or several, without `arguments: null`: clients send it where they have none, and the protocol's schema, in which
 * arguments are left out then, refuses it.
 */
export function withoutNullArguments<Body>(body: Body): Body {
  if (Array.isArray(body)) return body.map(withoutNullArguments) as Body;
  const params = (body as { params?: { arguments?: unknown } } | undefined)?.params;
  if (params?.arguments !== null) return body;
  const { arguments: _, ...rest } = params;
  return { ...body, params: rest };
}

/** Of messages that have been checked already: the SDK's own guard would check them against their schema once more. */
export function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message;
}
