import { type JSONRPCMessage, type JSONRPCRequest, PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server';

/**
 * What MCP messages nest is a tool's input in an envelope; ours go to six. Far deeper text parses, but whatever walks the result after
 * that runs out of stack.
 */
const MOST_DEEP = 100;

/**
 * Of what a client sends, how much is kept or said again: the README has them. With each store the same, by the narrowest of them: an
 * item of DynamoDB holds 400 KB (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html), and a session is
 * one, with its `initialize` and its subscriptions, as is a call with the ids of its requests, and a task. In bytes of JSON.
 */
export const LIMITS = {
  /** The SDK's own limit, for HTTP batches of the 2025-03-26 revision. */
  batch: 100,
  idBytes: 1_024,
  /** Of a method, a tool and a prompt: errors say them again. */
  nameBytes: 1_024,
  versionBytes: 64,
  initializeBytes: 64 * 1024,
  subscriptions: 100,
  uriBytes: 2_048,
  taskCallBytes: 256 * 1024,
  taskAnswersBytes: 64 * 1024,
} as const;

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

function over(what: string, bytes: number, most: number): string | undefined {
  return bytes > most ? `${what} of more than ${most} bytes` : undefined;
}

/** What of a message, of either era, is more than the layer takes. Undefined: nothing is. */
export function tooLarge(message: unknown): string | undefined {
  const { id, method, params } = (message ?? {}) as Partial<JSONRPCRequest>;
  const { progressToken, [PROTOCOL_VERSION_META_KEY]: version } = params?._meta ?? {};
  const name = NAMING.has(method) ? params?.['name'] : undefined;
  return (
    over('a request id', jsonBytes(id), LIMITS.idBytes) ??
    over('a progress token', jsonBytes(progressToken), LIMITS.idBytes) ??
    over('a method', jsonBytes(method), LIMITS.nameBytes) ??
    over('a name', jsonBytes(name), LIMITS.nameBytes) ??
    over('a protocol version', jsonBytes(version), LIMITS.versionBytes) ??
    (method === 'initialize' ? over('an initialize', jsonBytes(params), LIMITS.initializeBytes) : undefined) ??
    tooManyUris(urisOf(method, params))
  );
}

/** What of a request's headers is more than the layer takes: errors say them again. Names are there as in the body. */
export function tooLongHeader(headers: Headers): string | undefined {
  const length = (name: string) => headers.get(name)?.length ?? 0;
  return (
    over('a protocol version', length('mcp-protocol-version'), LIMITS.versionBytes) ??
    over('a method', length('mcp-method'), LIMITS.nameBytes)
  );
}

const NAMING: ReadonlySet<string | undefined> = new Set(['tools/call', 'prompts/get']);

function tooManyUris(uris: readonly unknown[]): string | undefined {
  if (uris.length > LIMITS.subscriptions) return `more than ${LIMITS.subscriptions} subscriptions`;
  if (uris.some((uri) => uri === '' || jsonBytes(uri) > LIMITS.uriBytes))
    return `a subscription to a URI that is empty or of more than ${LIMITS.uriBytes} bytes`;
  return undefined;
}

/** Those that a client wants to be told of, or no more. */
function urisOf(method: string | undefined, params: JSONRPCRequest['params']): unknown[] {
  if (method === 'resources/subscribe' || method === 'resources/unsubscribe') return [params?.['uri']];
  if (method !== 'subscriptions/listen') return [];
  const { notifications } = (params ?? {}) as { notifications?: { resourceSubscriptions?: unknown } };
  return [notifications?.resourceSubscriptions ?? []].flat();
}

const [QUOTE, COMMA, BACKSLASH] = [34, 44, 92];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];
const SPACE = 32;

/**
 * What of a JSON text is more than any message has; undefined: nothing is. Told in one pass, before it is parsed: schemas look at each
 * value and name several times, so that some hundred thousand of them hold up everybody else for seconds.
 */
export function tooMuchJson(text: string, maxValues: number): string | undefined {
  let depth = 0;
  let values = 1;
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character <= SPACE) continue;
    // A list or an object has a value more than it has commas; one that is closed at once has none.
    if (character === COMMA || (isOpening(before) && !isClosing(character))) values++;
    if (values > maxValues) return `more than ${maxValues} values`;
    if (isOpening(character) && ++depth > MOST_DEEP) return 'nested too deep';
    if (isClosing(character)) depth--;
    if (character === QUOTE) at = endOfString(text, at);
    before = character;
  }
  return undefined;
}

const isOpening = (character: number) => character === OPEN_ARRAY || character === OPEN_OBJECT;
const isClosing = (character: number) => character === CLOSE_ARRAY || character === CLOSE_OBJECT;

/** Of the closing quote; past the text where there is none. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** An escape that could be half a character. */
const SURROGATE = /\\u[dD][89a-fA-F]/;

/**
 * Whether every text of a message can be written in UTF-8, in which messages are sent and rows are kept. JSON's escapes can also name
 * half a character (a lone surrogate); on the way they all become the same, so that two ids would be one. RFC 7493, section 2.1, forbids them.
 */
export function isUnicode(text: string, body: unknown): boolean {
  return !SURROGATE.test(text) || isWhole(body);
}

function isWhole(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => name.isWellFormed() && isWhole(inner));
}

/** The text of a request; undefined where its bytes are not UTF-8: https://www.rfc-editor.org/rfc/rfc8259#section-8.1 */
export async function readText(
  request: Request,
  maxBytes: number,
): Promise<{ text: string | undefined } | 'too large'> {
  if (Number(request.headers.get('content-length')) > maxBytes) return 'too large';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let received = 0;
  // What is too large is answered while it still comes: cancelled, its connection would be gone before.
  for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
    received += chunk.byteLength;
    if (received > maxBytes) return 'too large';
    try {
      text += decoder.decode(chunk, { stream: true });
    } catch {
      return { text: undefined };
    }
  }
  try {
    return { text: text + decoder.decode() };
  } catch {
    return { text: undefined };
  }
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
