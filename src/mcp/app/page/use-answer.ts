import { useEffect, useState } from 'preact/hooks';

export interface Answer<Data> {
  /** Of this question, or while it is busy of the one before. */
  data?: Data;
  error?: string;
  busy: boolean;
}

/** Asks whenever `key` changes, and stops what was asked before. */
export function useAnswer<Data>(
  key: string | undefined,
  ask: (signal: AbortSignal) => Promise<Data>,
): [Answer<Data>, again: () => void] {
  const [answer, setAnswer] = useState<Answer<Data>>({ busy: key !== undefined });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (key === undefined) return;
    const asking = new AbortController();
    setAnswer(({ data }) => ({ ...(data === undefined ? {} : { data }), busy: true }));
    ask(asking.signal).then(
      (data) => asking.signal.aborted || setAnswer({ data, busy: false }),
      (error: Error) => asking.signal.aborted || setAnswer({ error: error.message, busy: false }),
    );
    return () => asking.abort();
  }, [key, attempt]);
  return [answer, () => setAttempt((count) => count + 1)];
}
