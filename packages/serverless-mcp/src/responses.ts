/** Answers that never reach an MCP server: JSON-RPC errors with the HTTP status that clients act on. */

export function errorResponse(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
}

/** One response as it is, several as a batch. */
export function jsonResponse(responses: readonly object[], sessionId: string): Response {
  const body = responses.length === 1 ? responses[0] : responses;
  return Response.json(body, { headers: { 'mcp-session-id': sessionId } });
}

export const missingSession = () =>
  errorResponse(
    400,
    -32000,
    'Bad Request: send the Mcp-Session-Id header that initialize answered with, or initialize first.',
  );

/** The same for a session that never was, was ended, has expired or is somebody else's. Clients begin a new one on 404. */
export const unknownSession = () =>
  errorResponse(404, -32001, 'Session not found: it was ended or has expired. Initialize again.');

/** Not 404, which would end the session for the client. */
export const unknownEvent = () =>
  errorResponse(400, -32000, 'Bad Request: Last-Event-ID names no event of this server. Make the call again.');

/**
 * Nothing follows on a call's stream. After an empty stream clients would come back for as long as they run; this stops each of them:
 * "The server MUST either return Content-Type: text/event-stream in response to this HTTP GET, or else return HTTP 405 Method Not
 * Allowed, indicating that the server does not offer an SSE stream at this endpoint."
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server
 */
export const callOver = () =>
  errorResponse(
    405,
    -32000,
    'Method not allowed: the call that Last-Event-ID names is over, with nothing left to say.',
    {
      Allow: 'POST, DELETE',
    },
  );

export const storeUnavailable = () =>
  errorResponse(503, -32603, 'The session store does not answer. Try again.', { 'Retry-After': '2' });

export const tooManyStreams = () =>
  errorResponse(429, -32000, 'Too Many Requests: close a stream before you open another.', { 'Retry-After': '10' });

export const methodNotAllowed = (allow = 'GET, POST, DELETE') =>
  errorResponse(405, -32000, 'Method not allowed.', { Allow: allow });

export const notAcceptable = (types: string) =>
  errorResponse(406, -32000, `Not Acceptable: the Accept header must take ${types}.`);

export const unparsable = (format: 'JSON' | 'UTF-8') =>
  errorResponse(400, -32700, `Parse error: the body is not ${format}.`);

export const invalidRequest = (why: string) => errorResponse(400, -32600, `Invalid Request: ${why}.`);

export const noBatches = (revision: string) =>
  invalidRequest(`batches exist in protocol revision ${revision} alone; send each message in a POST of its own`);

export const notJson = () =>
  errorResponse(415, -32000, 'Unsupported Media Type: Content-Type must be application/json.');

/** A client that cancelled a call ignores its answer, but HTTP needs one. */
export const cancelled = () => errorResponse(200, -32000, 'The call was cancelled.');

/** No body and no content type: a 202 with either makes some clients fail (awslabs/mcp#3295). */
export const accepted = () => new Response(null, { status: 202 });

export const ended = () => new Response(null, { status: 204 });
