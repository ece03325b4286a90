import {
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type McpServer,
  ProtocolErrorCode,
  type Transport,
} from '@modelcontextprotocol/server';
import { printableLine, shortened } from '../domain/printable.ts';

/** The address of a table holds a tool's arguments, which may have 64 KB. */
const MOST_OF_A_URI = 80 * 1024;

const MOST_SAID = 1_000;
const MOST_ISSUES = 4;

/**
 * Connects a server so that it answers wrong params in a line that says what is wrong with them, on any transport: the SDK's own errors
 * are dumps of its schemas with the code of an internal error, and say names and addresses again at any length.
 */
export async function connectPlainly(connect: McpServer['connect'], transport: Transport): Promise<void> {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send('error' in message ? plain(message) : message, options);
  await connect(transport);
  const take = transport.onmessage;
  transport.onmessage = (message, extra) => {
    const refusal = refusalOf(message);
    if (refusal === undefined) take?.(message, extra);
    else send(refusal).catch((error) => transport.onerror?.(error));
  };
}

// --- internal ---

/** Before the SDK compares an address with its templates, which it does not above some length. */
function refusalOf(message: JSONRPCMessage): JSONRPCErrorResponse | undefined {
  if (!('method' in message && 'id' in message) || message.method !== 'resources/read') return undefined;
  const uri = message.params?.['uri'];
  if (typeof uri !== 'string' || uri.length <= MOST_OF_A_URI) return undefined;
  const error = {
    code: ProtocolErrorCode.InvalidParams,
    message: `The URI is too long: it may have ${MOST_OF_A_URI} characters.`,
  };
  return { jsonrpc: '2.0', id: message.id, error };
}

function plain(response: JSONRPCErrorResponse): JSONRPCErrorResponse {
  const { code, message, data } = response.error;
  const issues = issuesIn(message);
  return {
    ...response,
    error: {
      code: issues ? ProtocolErrorCode.InvalidParams : code,
      message: shortened(printableLine(issues ?? message), MOST_SAID),
      ...(data === undefined ? {} : { data: cut(data) }),
    },
  };
}

/** Of a dump of Zod's; undefined for any other text. */
function issuesIn(message: string): string | undefined {
  const dump = /^(?:Invalid \S+ request: )?(\[\s+\{.*\])$/s.exec(message)?.[1];
  if (dump === undefined) return undefined;
  try {
    const issues = JSON.parse(dump) as { path: string[]; message: string }[];
    const said = issues.slice(0, MOST_ISSUES).map(({ path, message: what }) => `${path.join('.')}: ${what}`);
    return `Invalid params: ${said.join('; ')}.`;
  } catch {
    return undefined;
  }
}

/** The address that was not found. */
function cut(data: unknown): unknown {
  const { uri } = (data ?? {}) as { uri?: unknown };
  return typeof uri === 'string' ? { ...(data as object), uri: shortened(uri, MOST_SAID) } : data;
}
