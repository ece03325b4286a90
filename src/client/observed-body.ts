export interface BodyWatch {
  onChunk?(chunk: Uint8Array): void;
  /** Told when the body has ended or was cancelled. May give last bytes that the server did not send. */
  onEnd?(): Uint8Array | undefined;
  /** The body broke off. Bytes end it well in the error's place. */
  onCut?(error: unknown): Uint8Array | undefined;
}

/** The same response, with someone watching its body go by. Nothing is buffered. */
export function observedBody(response: Response, { onChunk, onEnd, onCut }: BodyWatch): Response {
  if (response.body === null) {
    onEnd?.();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (!done) {
          onChunk?.(value);
          return controller.enqueue(value);
        }
        finish(controller, onEnd?.());
      } catch (error) {
        const last = onCut?.(error);
        if (last) finish(controller, last);
        else controller.error(error);
      }
    },
    async cancel(reason) {
      onEnd?.();
      await reader.cancel(reason);
    },
  });
  const { status, statusText, headers } = response;
  // A Response made here has no URL, and some readers want it.
  return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', { value: response.url });
}

function finish(controller: ReadableStreamDefaultController<Uint8Array>, last: Uint8Array | undefined): void {
  if (last) controller.enqueue(last);
  controller.close();
}
