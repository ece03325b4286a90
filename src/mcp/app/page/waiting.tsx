import type { ComponentChildren } from 'preact';
import type { Answer } from './use-answer.ts';

interface WaitingProps<Data> {
  answer: Answer<Data>;
  onAgain: () => void;
  children: (data: Data) => ComponentChildren;
}

/** An answer, or why there is none yet. What was there before stays to be seen, dimmed. */
export function Waiting<Data>({ answer: { data, error, busy }, onAgain, children }: WaitingProps<Data>) {
  if (error !== undefined)
    return (
      <div role="alert" class="error">
        <p>{error}</p>
        <button type="button" onClick={onAgain}>
          Try again
        </button>
      </div>
    );
  return (
    <div class={busy ? 'busy' : 'ready'} aria-busy={busy}>
      <p role="status" class="status">
        {busy ? 'Reading the logs…' : ''}
      </p>
      {data !== undefined && children(data)}
    </div>
  );
}
