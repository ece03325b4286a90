export const URL_ = 'http://localhost/mcp';

/** A message as a client posts it. */
export function post(message: object, more: Record<string, string> = {}): Request {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...more };
  return new Request(URL_, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
}

export const INITIALIZE = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};

/** In the params of every request of a client that needs no session. */
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
