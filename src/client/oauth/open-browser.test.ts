import { describe, expect, it } from 'vitest';
import { openInBrowser, startProgram } from './open-browser.ts';

const PAGE = new URL('https://issuer.example/auth?state=$(touch x)&scope=a%20b');

async function openOn(platform: NodeJS.Platform, env: NodeJS.ProcessEnv = { DISPLAY: ':0' }, page = PAGE) {
  const started: string[][] = [];
  await openInBrowser(page, { platform, env, run: async (command, args) => void started.push([command, ...args]) });
  return started;
}

describe('opening a browser', () => {
  it.each([
    ['darwin', ['open']],
    ['linux', ['xdg-open']],
    ['win32', ['rundll32', 'url.dll,FileProtocolHandler']],
  ] as const)('on %s hands the address over as one argument', async (platform, opener) => {
    expect(await openOn(platform)).toEqual([[...opener, PAGE.href]]);
  });

  it('does not try where there is no display', async () => {
    await expect(openOn('linux', {})).rejects.toThrow('no display');
  });

  it.each(['file:///etc/passwd', 'javascript:alert(1)', 'ms-msdt:/id'])('does not open %s', async (address) => {
    await expect(openOn('darwin', {}, new URL(address))).rejects.toThrow('not a web page');
  });

  it('starts programs, and fails when there is no such program', async () => {
    await expect(startProgram('no-such-browser', [PAGE.href])).rejects.toThrow('ENOENT');
    await expect(startProgram('true', [])).resolves.toBeUndefined();
  });
});
