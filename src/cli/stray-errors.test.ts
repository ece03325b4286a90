import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** A process that logs what strays, does something, and says after a while that it is still there. */
function after(deed: string) {
  const program = `
    const { logStrayErrors } = await import(${JSON.stringify(join(import.meta.dirname, 'stray-errors.ts'))});
    logStrayErrors((message) => console.error('log: ' + message));
    setTimeout(() => console.log('still there'), 50);
    ${deed}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it('a stray rejection is logged and ends nothing', () => {
  expect(after(`Promise.reject(new Error('astray'));`)).toEqual({
    status: 0,
    stdout: 'still there\n',
    stderr: expect.stringMatching(/^log: a stray rejection: Error: astray\n/),
  });
});

it('an exception that nobody caught is logged and ends the process', () => {
  expect(after(`setImmediate(() => { throw new Error('broken'); });`)).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^log: an exception that nobody caught ends the server: Error: broken\n/),
  });
});
