import { createHash } from 'node:crypto';

const REMOVED = '[removed]';

const SECRET_HEADERS = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'cookie',
  'set-cookie',
  'dpop',
  'x-amz-security-token',
]);

/** Named so, a text in JSON, a form or a query is a secret. */
const SECRET_FIELDS = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'token',
  'client_secret',
  'registration_access_token',
  'code_verifier',
  'device_code',
  'assertion',
  'client_assertion',
  'subject_token',
  'password',
  'api_key',
  'apikey',
]);

/** Secrets only among the parameters of a login; in JSON these are ordinary words. */
const SECRET_PARAMETERS = new Set([...SECRET_FIELDS, 'code', 'state', 'nonce', 'key', 'sig', 'x-amz-signature']);

export interface Redaction {
  headers(headers: Headers): Record<string, string>;
  url(url: string): string;
  /** Of a body or an event. Never shorter than the secrets in it: they are replaced wherever they stand. */
  text(text: string): string;
}

/** Takes secrets out of an exchange. What was once seen as a secret is one wherever it turns up later. */
export function createRedaction(): Redaction {
  const known = new Map<string, string>();
  const learn = (secret: string, instead = REMOVED) => {
    // Shorter ones would be found inside of ordinary words.
    if (secret.length >= 6) known.set(secret, instead);
  };
  const scrub = (text: string) => {
    let clean = text;
    for (const [secret, instead] of known) clean = clean.replaceAll(secret, instead);
    return clean;
  };
  const learnHeader = (name: string, value: string) => {
    if (name === 'mcp-session-id') learn(value, sessionTag(value));
    if (!SECRET_HEADERS.has(name)) return;
    learn(value);
    for (const part of value.split(/[\s;,]+/)) learn(/^(?:[^=]+=)(.+)$/.exec(part)?.[1] ?? part);
  };
  const parameters = (query: URLSearchParams): URLSearchParams => {
    const clean = new URLSearchParams();
    for (const [name, value] of query) {
      const secret = SECRET_PARAMETERS.has(name.toLowerCase());
      if (secret) learn(value);
      clean.append(name, secret ? REMOVED : scrub(value));
    }
    return clean;
  };
  const fields = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fields);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        if (typeof inner !== 'string' || !SECRET_FIELDS.has(name.toLowerCase())) return [name, fields(inner)];
        learn(inner);
        return [name, REMOVED];
      }),
    );
  };
  return {
    headers(headers) {
      for (const [name, value] of headers) learnHeader(name, value);
      return Object.fromEntries(
        [...headers].map(([name, value]) => [name, SECRET_HEADERS.has(name) ? REMOVED : scrub(value)]),
      );
    },
    url(text) {
      const url = new URL(text);
      if (url.search) url.search = parameters(url.searchParams).toString();
      return scrub(url.href);
    },
    text(text) {
      try {
        return scrub(JSON.stringify(fields(JSON.parse(text))));
      } catch {
        return scrub(/^[\w.~-]+=[^\s]*$/.test(text) ? parameters(new URLSearchParams(text)).toString() : text);
      }
    },
  };
}

/** The same session has the same tag, and nobody can use it. */
function sessionTag(sessionId: string): string {
  return `session-${createHash('sha256').update(sessionId).digest('hex').slice(0, 8)}`;
}
