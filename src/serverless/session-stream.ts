import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { errorResponse } from './responses.ts';
import type { SessionStore } from './session-store.ts';

export interface SessionStreams {
  /** The session's GET stream. A newer one takes the place of an older one: a message goes to one stream only. */
  open(sessionId: string, request: Request): Response;
  end(sessionId: string): void;
  close(): void;
}

/** GET streams: what a server says outside of any request. */
export function createSessionStreams(store: SessionStore, keepAliveMs: number): SessionStreams {
  const open = new Map<string, () => void>();

  function stream(sessionId: string): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let end = () => {};
    return new ReadableStream({
      start(controller) {
        const write = (text: string) => controller.enqueue(encoder.encode(text));
        const unlisten = store.listen(sessionId, ({ to, message }) => {
          if (to === 'client') write(eventFromMessage(message));
        });
        const keepAlive = setInterval(() => write(': keep-alive\n\n'), keepAliveMs);
        end = () => {
          unlisten();
          clearInterval(keepAlive);
          if (open.get(sessionId) === finish) open.delete(sessionId);
        };
        const finish = () => {
          end();
          controller.close();
        };
        open.get(sessionId)?.();
        open.set(sessionId, finish);
        // At once, because proxies and clients hold a response back until its first byte.
        write(': open\n\n');
      },
      cancel: () => end(),
    });
  }

  return {
    open(sessionId, request) {
      if (!request.headers.get('accept')?.includes('text/event-stream')) {
        return errorResponse(406, -32000, 'Not Acceptable: the client must accept text/event-stream.');
      }
      const headers = {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'mcp-session-id': sessionId,
      };
      return new Response(stream(sessionId), { headers });
    },
    end: (sessionId) => open.get(sessionId)?.(),
    close() {
      for (const finish of [...open.values()]) finish();
    },
  };
}

function eventFromMessage(message: JSONRPCMessage): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}
