import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';

/** Of messages that have been checked already: the SDK's own guard would check them against their schema once more. */
export function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message;
}
