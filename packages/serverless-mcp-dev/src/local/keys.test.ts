import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { type Actions, helpText, KEYS, listenToKeys } from './keys.ts';

it('does what each key says, from a pipe as from a terminal', () => {
  const done: string[] = [];
  const actions = Object.fromEntries(
    ['killOne', 'killAll', 'reload', 'help', 'quit'].map((name) => [name, () => done.push(name)]),
  ) as unknown as Actions;
  const input = new PassThrough() as unknown as NodeJS.ReadStream & PassThrough;
  const stop = listenToKeys(input, actions);
  input.emit('data', 'kKr?x\n');
  input.emit('data', Buffer.from('q\u0003'));
  stop();
  input.emit('data', 'k');
  expect(done).toEqual(['killOne', 'killAll', 'reload', 'help', 'quit', 'quit']);
  for (const key of ['k', 'K', 'r', 'q']) expect(helpText()).toMatch(new RegExp(`^ {2}${key} `, 'm'));
  expect(KEYS.length).toBeLessThanOrEqual(78);
});
