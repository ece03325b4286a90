import { expect, it } from 'vitest';
import { createByteCounts } from './quote.ts';

it('counts of bytes are made anew after a minute, when they failed, and when others came after them', async () => {
  let now = 0;
  const bytesOf = createByteCounts(() => now);
  const counted: string[] = [];
  const ask = (what: string) =>
    bytesOf(what, async () => {
      counted.push(what);
      return counted.length;
    });
  await expect(bytesOf('a', () => Promise.reject(new Error('denied')))).rejects.toThrow('denied');
  expect([await ask('a'), await ask('a'), await ask('b'), await ask('a')]).toEqual([1, 1, 2, 1]);
  now += 60_000;
  expect(await ask('a')).toBe(3);
  for (const what of 'cdefghijk') await ask(what);
  expect(await ask('a')).toBe(13);
});
