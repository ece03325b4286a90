/** Answers in the server's place: JSON-RPC errors with the HTTP status and headers that clients act on. Codes as the gateway's own. */

function refuse(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code, message } }, { status, headers });
}

const challenged = (challenge: string | undefined) =>
  challenge === undefined ? {} : { 'WWW-Authenticate': challenge };

export const unauthorized = (message: string, challenge?: string) =>
  refuse(401, -32001, message, challenged(challenge));

export const forbidden = (message: string, challenge: string) => refuse(403, -32003, message, challenged(challenge));

export const tooMany = (seconds: number) =>
  refuse(429, -32029, `Too many requests. Try again in ${seconds} s.`, { 'Retry-After': String(seconds) });

/** Waiting would not help. */
export const batchTooLarge = (perMinute: number) =>
  refuse(429, -32029, `Too many requests in one batch: the limit is ${perMinute} a minute. Send fewer at once.`);

/** A gateway counts POSTs, and would take all of these for one. */
export const batchNotCounted = () =>
  refuse(400, -32600, 'Invalid Request: requests are counted by the POST here; send each in one of its own.');

export const notFound = (message: string) => refuse(404, -32004, message);

/** Not 401: that would send clients to log in again, which mends nothing. */
export const cannotTell = () =>
  refuse(503, -32603, 'Who may call cannot be looked up right now. Try again.', { 'Retry-After': '5' });
