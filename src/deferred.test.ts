import { expect, it } from 'vitest';
import { deferred } from './deferred.ts';

interface Subject {
  name(): Promise<string>;
  close(): Promise<void>;
}

function counted(fails = 0) {
  const seen = { opened: 0, closed: 0 };
  const subject = deferred<Subject>(async () => {
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

it('can come out of a promise', async () => {
  const { subject } = counted();
  expect(await (await Promise.resolve(subject)).name()).toBe('opened');
});
