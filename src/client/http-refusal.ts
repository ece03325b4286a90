import { STATUS_CODES } from 'node:http';
import { SpendError } from '../domain/errors.ts';
import { printableLine, shortened } from '../domain/printable.ts';

type Fetch = typeof globalThis.fetch;

/** What came over HTTP in the place of an MCP answer. */
export interface Refusal {
  status: number;
  text: string;
  retryAfterMs?: number | undefined;
}

/**
 * A fetch that throws what a server, or a gateway in front of it, answers when it is busy or broken. The SDK keeps neither the time to
 * wait nor, where it asks for the protocol, the words. What means something to the protocol passes.
 */
export function refusingFetch(fetch: Fetch, address: URL): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (response.status !== 429 && response.status < 500) return response;
    const text = await response.text().catch(() => '');
    throw refusalError(address, { status: response.status, text, retryAfterMs: retryAfterMs(response.headers) });
  };
}

/** Both forms: seconds, and a date. */
export function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** What was answered, and what to do. */
export function refusalError(address: URL, refusal: Refusal, options?: ErrorOptions): SpendError {
  const { status, text } = refusal;
  const phrase = STATUS_CODES[status] ?? '';
  const words = quotedWordsOf(text, [phrase, `${status} ${phrase}`]);
  const answered = `answered ${status}${phrase && ` ${phrase}`}${words && `, ${words}`}.`;
  const at = `The MCP server at ${address}`;
  switch (status) {
    case 401:
    case 403:
      return new SpendError(
        'SERVER_REFUSED',
        `${at} refused access (${status}${words && `, ${words}`}). Give it a key in BEDROCK_SPEND_API_KEY or in a profile ("bedrock-spend profiles add"), or log in ("auth login" in "bedrock-spend connect").`,
        options,
      );
    case 429:
    case 503:
      return new SpendError(
        'SERVER_BUSY',
        `${at}, or a gateway in front of it, ${answered} ${whenToRetry(refusal)}`,
        options,
      );
    case 502:
    case 504:
      return new SpendError(
        'SERVER_UNREACHABLE',
        `The gateway in front of the MCP server at ${address} ${answered} The server behind it failed or did not answer in time. ${whenToRetry(refusal)}`,
        options,
      );
    default:
      return new SpendError(
        'SERVER_FAILED',
        status < 500
          ? `What is at ${address} ${answered} Look whether that is the address of an MCP server; most end with /mcp.`
          : `${at} ${answered} Its log may say why.`,
        options,
      );
  }
}

function whenToRetry({ retryAfterMs: ms }: Refusal): string {
  return ms === undefined
    ? 'Try again later.'
    : `Try again in ${Math.max(1, Math.ceil(ms / 1000)).toLocaleString('en')} s.`;
}

const MOST_CHARACTERS = 200;

/**
 * The part of a body that is for people: a message in JSON, a page's title, or the text itself. On one line and in quotation marks,
 * so that it passes for nobody else's words.
 * @param known says nothing new
 */
function quotedWordsOf(text: string, known: readonly string[]): string {
  const said = messageIn(text) ?? /<title[^<>]*>([^<]*)/i.exec(text)?.[1] ?? text.replaceAll(/<[^<>]*>/g, ' ');
  const line = printableLine(said.replaceAll(/\s+/g, ' ').trim());
  if (line === '' || known.includes(line)) return '';
  return `“${shortened(line, MOST_CHARACTERS)}”`;
}

/** As JSON-RPC, OAuth and API Gateway write it. */
function messageIn(text: string): string | undefined {
  try {
    const { error, message, Message, error_description: description } = JSON.parse(text);
    return [error?.message, description, message, Message, error].find((value) => typeof value === 'string');
  } catch {
    return undefined;
  }
}
