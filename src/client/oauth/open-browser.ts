import { spawn } from 'node:child_process';

/** What shows a web page, without a shell in between: an address is only ever an argument. */
const OPENERS: Readonly<Record<string, readonly string[] | undefined>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a web page in the user's browser; rejects when there is none to open. */
export async function openInBrowser(
  url: URL,
  { platform = process.platform, env = process.env, run = startProgram }: Partial<OpenBrowserOptions> = {},
): Promise<void> {
  if (!['http:', 'https:'].includes(url.protocol)) throw new Error(`not a web page: ${url.protocol}`);
  const opener = OPENERS[platform];
  // Without a display xdg-open would start a browser inside the terminal.
  if (!opener && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) throw new Error('there is no display');
  const [command, ...args] = opener ?? ['xdg-open'];
  await run(command as string, [...args, url.href]);
}

export interface OpenBrowserOptions {
  /** As `process.platform` has it. */
  platform: string;
  env: Readonly<Record<string, string | undefined>>;
  run: (command: string, args: readonly string[]) => Promise<void>;
}

/** Starts a program that outlives this one; rejects when there is no such program. */
export function startProgram(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
