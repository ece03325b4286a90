import { spawn } from 'node:child_process';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // Not "cmd /c start", which reads & in an address as the end of it.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a web page in the user's browser, or nowhere: the address has been shown, so the user can. */
export async function openBrowser(url: string): Promise<void> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, new URL(url).href], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
