/**
 * Something whose methods all return promises, opened when the first of them is called. Drivers bring large packages with them,
 * which would make every start wait, of a command as of a Lambda instance. Closing what was never opened does nothing.
 */
export function lazy<Subject extends object>(open: () => Promise<Subject>): Subject {
  let opened: Promise<Subject> | undefined;
  const subject = () => {
    opened ??= open().catch((error) => {
      // The next call tries again.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return new Proxy({} as Subject, {
    get(_, name) {
      // A promise that resolves to this must not take it for another promise.
      if (name === 'then') return undefined;
      return async (...parameters: unknown[]) => {
        if (name === 'close' && opened === undefined) return undefined;
        const target = await subject();
        return (target[name as keyof Subject] as (...given: unknown[]) => unknown)(...parameters);
      };
    },
  });
}

/** Opens something when it is first asked for and again when it is older than that; what failed is not kept. */
export function memoizeFor<Subject>(
  open: () => Promise<Subject>,
  everyMs: number,
  now = Date.now,
): () => Promise<Subject> {
  let opened: { subject: Promise<Subject>; at: number } | undefined;
  return () => {
    if (opened && now() - opened.at < everyMs) return opened.subject;
    const mine = { subject: open(), at: now() };
    opened = mine;
    mine.subject.catch(() => {
      if (opened === mine) opened = undefined;
    });
    return mine.subject;
  };
}
