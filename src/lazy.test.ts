import { describe, expect, it } from 'vitest';
import { lazy, memoizeFor } from './lazy.ts';

interface Subject {
  name(): Promise<string>;
  close(): Promise<void>;
}

function counted(fails = 0) {
  const seen = { opened: 0, closed: 0 };
  const subject = lazy<Subject>(async () => {
    seen.opened++;
    if (seen.opened <= fails) throw new Error('not yet');
    return {
      name: async () => 'opened',
      async close() {
        seen.closed++;
      },
    };
  });
  return { seen, subject };
}

it('opens once, when it is first used', async () => {
  const { seen, subject } = counted();
  expect(seen.opened).toBe(0);
  expect([await subject.name(), await subject.name()]).toEqual(['opened', 'opened']);
  await subject.close();
  expect(seen).toEqual({ opened: 1, closed: 1 });
});

it('opens nothing only to close it', async () => {
  const { seen, subject } = counted();
  await subject.close();
  expect(seen).toEqual({ opened: 0, closed: 0 });
});

it('tries again after it could not be opened', async () => {
  const { subject } = counted(1);
  await expect(subject.name()).rejects.toThrow('not yet');
  expect(await subject.name()).toBe('opened');
});

it('is closed without a word where it could not be opened, also while that is found out', async () => {
  const { seen, subject } = counted(2);
  const call = subject.name();
  const closing = subject.close();
  await expect(call).rejects.toThrow('not yet');
  await closing;
  await expect(subject.name()).rejects.toThrow('not yet');
  await subject.close();
  expect(seen).toEqual({ opened: 2, closed: 0 });
});

it('is closed when the calls that use it have ended', async () => {
  const steps: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const subject = lazy<Subject>(async () => ({
    name: () => promise.finally(() => steps.push('answered')),
    close: async () => void steps.push('closed'),
  }));
  const call = subject.name();
  const closing = subject.close();
  setImmediate(() => resolve('late'));
  expect(await call).toBe('late');
  await closing;
  expect(steps).toEqual(['answered', 'closed']);
});

it('can come out of a promise', async () => {
  const { subject } = counted();
  expect(await (await Promise.resolve(subject)).name()).toBe('opened');
});

describe('what is memoized for a while', () => {
  it('is opened once while it is fresh, and again after that', async () => {
    let [now, opened] = [0, 0];
    const get = memoizeFor(
      async () => ++opened,
      1_000,
      () => now,
    );
    expect(await Promise.all([get(), get()])).toEqual([1, 1]);
    now = 999;
    expect(await get()).toBe(1);
    now = 1_000;
    expect(await get()).toBe(2);
  });

  it('does not keep a failure', async () => {
    let fail = true;
    const get = memoizeFor(async () => {
      if (fail) throw new Error('down');
      return 'up';
    }, 1_000);
    await expect(get()).rejects.toThrow('down');
    fail = false;
    expect(await get()).toBe('up');
  });
});
