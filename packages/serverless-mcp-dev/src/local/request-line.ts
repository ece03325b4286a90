/** One line for each request, in 80 columns. */
import type { AccessLogEntry } from '../gateway/gateway.ts';
import { type HeaderList, headerOf } from '../gateway/headers.ts';

export interface Seen {
  entry: AccessLogEntry;
  body: Uint8Array;
  headers: HeaderList;
  /** Of the function's answer. */
  answered: HeaderList;
  instance: number | undefined;
  at: Date;
}

const WHAT = 35;

export const REQUEST_HEADING = line('time', 'request', 'session', 'inst', 'code', 'took', 'sent');

export function requestLine({ entry, body, headers, answered, instance, at }: Seen): string {
  const session = headerOf(headers, 'mcp-session-id') ?? headerOf(answered, 'mcp-session-id') ?? '-';
  const goesOn = headerOf(headers, 'last-event-id') !== undefined;
  const what = entry.path === '/mcp' ? requestName(entry.method, body, goesOn) : `${entry.method} ${entry.path}`;
  const inst = instance === undefined ? '-' : `#${instance + 1}`;
  const status = entry.outcome === 'complete' ? String(entry.status) : entry.outcome === 'cut' ? 'cut' : 'left';
  const text = line(at.toTimeString().slice(0, 8), what, session, inst, status, took(entry.ms), size(entry.bytes));
  const why = reasonOf(entry);
  return why === undefined ? text : `${text}\n         ${why}`;
}

function line(time: string, what: string, session: string, inst: string, code: string, ms: string, sent: string) {
  const left = `${time.padEnd(8)} ${short(what, WHAT).padEnd(WHAT)} ${session.slice(0, 8).padEnd(8)}`;
  return `${left} ${inst.padStart(4)} ${code.padStart(4)} ${ms.padStart(7)} ${sent.padStart(7)}`;
}

/** What the client asked for, as far as a look at the message tells. */
export function requestName(method: string, body: Uint8Array, goesOn = false): string {
  if (method === 'GET') return goesOn ? 'GET (goes on where it was cut)' : 'GET (events outside of calls)';
  if (method !== 'POST') return method === 'DELETE' ? 'DELETE (end of the session)' : method;
  const message = parsed(body);
  if (message === undefined) return 'POST (no JSON)';
  if (Array.isArray(message)) return `batch of ${message.length}`;
  const { method: name, params, id } = message as Message;
  if (typeof name !== 'string') return id === undefined ? 'POST (no message)' : `response to ${id}`;
  const { name: tool, uri } = params ?? {};
  return [name, tool ?? uri].filter((part) => typeof part === 'string').join(' ');
}

interface Message {
  method?: unknown;
  id?: unknown;
  params?: { name?: unknown; uri?: unknown };
}

function parsed(body: Uint8Array): unknown {
  try {
    const value = JSON.parse(Buffer.from(body).toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where the function did not answer, or not to the end. */
function reasonOf({ gatewayResponse, outcome, reason }: AccessLogEntry): string | undefined {
  if (gatewayResponse !== undefined) return `API Gateway's own answer, ${gatewayResponse}: ${reason}`;
  if (outcome === 'client-left') return 'the client left; the function runs to its end';
  return outcome === 'cut' ? `cut: ${reason?.replace(/^RequestId: \S+ Error: /, '')}` : undefined;
}

function took(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`;
}

function size(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`;
  return bytes < 10_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}

/** Without what could move the cursor: a client names tools as it likes. */
function short(text: string, length: number): string {
  const plain = text.replace(/[\p{C}\s]+/gu, ' ');
  return plain.length > length ? `${plain.slice(0, length - 1)}…` : plain;
}
