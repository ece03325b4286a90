import type { WireEntry } from '../../client/index.ts';

const MOST_CHARACTERS = 2000;

/** A line of the wire exchange, for `debug on`. */
export function textFromWire(entry: WireEntry): string {
  const lead = `${entry.at.slice(11, 23)} #${entry.exchange}`;
  switch (entry.kind) {
    case 'request':
      return `${lead} → ${entry.method} ${entry.url} ${headerText(entry.headers)} ${bodyText(entry.body)}`.trimEnd();
    case 'response':
      return `${lead} ← ${entry.status} ${headerText(entry.headers)}`;
    case 'event':
      return `${lead} ← event ${entry.id ?? ''} ${bodyText(entry.data)}`;
    case 'body':
      return `${lead} ← ${bodyText(entry.body)}`;
    case 'end':
      return `${lead} ← end`;
    case 'cut':
      return `${lead} ← cut: ${entry.reason}`;
  }
}

/** Those that say something about MCP or about who asks. */
function headerText(headers: Record<string, string>): string {
  const telling = Object.entries(headers).filter(([name]) =>
    /^(mcp-|x-api-key|authorization|last-event-id|retry-after|content-type)/.test(name),
  );
  return telling.map(([name, value]) => `${name}: ${value}`).join(', ');
}

function bodyText(body: unknown): string {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return text.length <= MOST_CHARACTERS
    ? text
    : `${text.slice(0, MOST_CHARACTERS)}… (${text.length} characters; "record" keeps all)`;
}
