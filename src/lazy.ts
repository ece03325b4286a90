/**
 * Something whose methods all return promises, opened when the first of them is called. Drivers bring large packages with them,
 * which would make every start wait, of a command as of a Lambda instance. Closing what was never opened, or could not be, does
 * nothing; what is in use is closed when the calls that use it have ended.
 */
export function lazy<Subject extends object>(open: () => Promise<Subject>): Subject {
  let opened: Promise<Subject> | undefined;
  const inUse = new Set<Promise<unknown>>();
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
      if (name === 'close') return close;
      return (...parameters: unknown[]) => {
        const call = subject().then((target) => callOf(target, name, parameters));
        inUse.add(call);
        const ended = () => inUse.delete(call);
        call.then(ended, ended);
        return call;
      };
    },
  });

  async function close(...parameters: unknown[]): Promise<unknown> {
    const target = await opened?.catch(() => undefined);
    if (target === undefined) return undefined;
    await Promise.allSettled(inUse);
    return callOf(target, 'close', parameters);
  }
}

function callOf(target: object, name: string | symbol, parameters: readonly unknown[]): unknown {
  return (target[name as keyof typeof target] as (...given: readonly unknown[]) => unknown)(...parameters);
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
