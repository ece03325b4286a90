import type { RequestId } from '@modelcontextprotocol/client';

export interface OpenCall {
  readonly id: RequestId;
  /** Whoever made it does not wait for it any more. */
  cancelled: boolean;
  /** From where its stream can be taken up again. */
  lastEventId: string | undefined;
}

/** Calls that have no answer yet, told by what passes a fetch: which of them a stream is about that the SDK takes up again. */
export interface OpenCalls {
  /** The call that a request begins or takes up again; undefined for one that does neither. */
  of(init: RequestInit | undefined): OpenCall | undefined;
  /** It has its answer. */
  close(call: OpenCall): void;
}

/** Each of them is known until it is closed, and one that was cancelled until somebody comes back for it. */
export function createOpenCalls(): OpenCalls {
  const open = new Map<RequestId, OpenCall>();

  function begun({ id, method, params }: Partial<Message>): OpenCall | undefined {
    const cancelled = method === 'notifications/cancelled' ? open.get(params?.requestId as RequestId) : undefined;
    if (cancelled) cancelled.cancelled = true;
    // A subscription has no answer: its stream is what it is for.
    if (id === undefined || method === undefined || method === 'subscriptions/listen') return undefined;
    const call = { id, cancelled: false, lastEventId: undefined };
    open.set(id, call);
    return call;
  }

  function takenUp(lastEventId: string | null): OpenCall | undefined {
    return lastEventId === null ? undefined : [...open.values()].find((call) => call.lastEventId === lastEventId);
  }

  return {
    of(init) {
      if (init?.method === 'POST' && typeof init.body === 'string') return begun(JSON.parse(init.body));
      return takenUp(new Headers(init?.headers).get('last-event-id'));
    },
    close: ({ id }) => open.delete(id),
  };
}

interface Message {
  id: RequestId;
  method: string;
  params: { requestId?: RequestId };
}
