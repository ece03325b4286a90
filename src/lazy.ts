/**
 * Something whose methods all return promises, opened when the first of them is called. Drivers bring large packages with them,
 * which would make every start wait, of a command as of a Lambda instance. Closing what was never opened, or could not be, does
 * nothing; what is in use is closed when the calls that use it have ended.
 */
export function lazy<Subject extends object>(open: () => Promise<Subject>): Subject {
  const subject = memoizeFor(open);
  const inUse = new Set<Promise<unknown>>();
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
    const target = await subject.opened()?.catch(() => undefined);
    if (target === undefined) return undefined;
    await Promise.allSettled(inUse);
    return callOf(target, 'close', parameters);
  }
}

function callOf(target: object, name: string | symbol, parameters: readonly unknown[]): unknown {
  return (target[name as keyof typeof target] as (...given: readonly unknown[]) => unknown)(...parameters);
}

interface Memoized<Subject> {
  (): Promise<Subject>;
  /** What there is to close, if it was asked for. */
  opened(): Promise<Subject> | undefined;
}

/**
 * Opens something when it is first asked for and, when it may grow old, again when it is older than that. What failed is not kept: the
 * next who asks tries again.
 */
export function memoizeFor<Subject>(
  open: () => Promise<Subject>,
  everyMs = Number.POSITIVE_INFINITY,
  now = Date.now,
): Memoized<Subject> {
  let opened: { subject: Promise<Subject>; at: number } | undefined;
  const get = () => {
    if (opened && now() - opened.at < everyMs) return opened.subject;
    const mine = { subject: open(), at: now() };
    opened = mine;
    mine.subject.catch(() => {
      if (opened === mine) opened = undefined;
    });
    return mine.subject;
  };
  return Object.assign(get, { opened: () => opened?.subject });
}
