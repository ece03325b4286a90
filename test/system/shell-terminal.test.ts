import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { whatKeeps } from '../../rigs/debian.ts';
import { startShellServer } from '../helpers/shell-server.ts';
import { command, openTerminal, type Terminal } from '../helpers/terminal.ts';

const KEY = 'shell-key-5f1c77ab';

const missing = await whatKeeps({ tmux: 'tmux' }, console.log);

/** Every test starts a process, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(missing)(`the shell in a terminal${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let server: Awaited<ReturnType<typeof startShellServer>>;
  let locked: typeof server;
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-terminal-'));
  beforeAll(async () => {
    server = await startShellServer();
    locked = await startShellServer({ key: KEY });
  });
  afterAll(async () => {
    await server.close();
    await locked.close();
    rmSync(folder, { recursive: true });
  });

  let terminal: Terminal;
  afterEach(() => terminal.close());

  async function open(url?: string, env: Record<string, string> = {}, columns?: number): Promise<Terminal> {
    const args = url === undefined ? [] : [url];
    terminal = await openTerminal(
      [process.execPath, 'bin/bedrock-spend.js', 'connect', ...args],
      {
        XDG_CONFIG_HOME: folder,
        DBUS_SESSION_BUS_ADDRESS: '',
        NO_COLOR: '',
        ...env,
      },
      columns,
    );
    await terminal.until(/>$/);
    return terminal;
  }

  const enter = async (text: string) => {
    await terminal.type(text);
    await terminal.press('Enter');
  };

  it('shows the era and the session in its prompt', async () => {
    await open(server.url);
    await terminal.until(/127\.0\.0\.1:\d+ 2025 [0-9a-f]{8}>$/);
    expect(await command(terminal, `connect ${server.url} 2026`)).toMatch(/127\.0\.0\.1:\d+ 2026>$/);
  });

  it('shows a new session in its prompt at once, and keeps what is typed, also over several rows', async () => {
    const forgetful = await startShellServer();
    onTestFinished(() => forgetful.close());
    await open(forgetful.url, {}, 80);
    const line = `call-tool table {"a":"${'x'.repeat(90)}`;
    await terminal.type(line);
    await terminal.until((text) => text.endsWith('x'.repeat(40)));
    await forgetful.forget();
    const text = await terminal.until(/New one: ([0-9a-f]{8})[0-9a-f-]{28}\n\S+ 2025 \1> call-tool table[\sx{}:"a]*$/);
    expect(text.replaceAll('\n', '').endsWith(`> ${line}`)).toBe(true);
    expect(text).toMatch(/Connection lost .*\nThe connection is back\.\nThe server forgot/);
    expect(text.match(/2025 [0-9a-f]{8}>/g)).toHaveLength(1);
  });

  it('completes commands, tools, arguments and values', async () => {
    await open(server.url);
    await terminal.type('call-t');
    await terminal.press('Tab');
    await terminal.until(/> call-tool$/);
    await terminal.type('st');
    await terminal.press('Tab');
    await terminal.until(/> call-tool steps$/);
    await terminal.press('Tab');
    await terminal.until(/> call-tool steps mood=$/);
    await terminal.type('c');
    await terminal.press('Tab');
    await terminal.until(/> call-tool steps mood=calm$/);
  });

  it('shows progress and log messages of a call, which Ctrl-C cancels on the server too', async () => {
    await open(server.url);
    await enter('call-tool steps');
    await terminal.until(/█+░+ \d+ % step \d+/);
    await terminal.until(/\[info\] logged 10/);
    await terminal.press('C-c');
    await terminal.until(/Cancelled: the server has been told to stop\.\n\S+ 2025 \w+>$/);
    await expect.poll(() => server.seen.aborted).toBe(1);
    expect(await command(terminal, 'call-tool table')).toContain('opus');
  });

  it('takes a running call up again when the connection is cut', async () => {
    await open(server.url);
    await enter('call-tool steps');
    await terminal.until(/logged 10/);
    server.cut();
    const text = await terminal.until(/all 40 steps are done\n.*>$/);
    expect(text).toMatch(/Connection lost \(.*\); trying again/);
    expect(text).toMatch(/The connection is back/);
    expect(text.match(/logged 20/g)).toHaveLength(1);
  });

  it('asks what a tool asks, field by field, and says what is wrong', async () => {
    await open(server.url);
    await enter('call-tool ask');
    await terminal.until(/hard asks: What shall the budget be\?[\s\S]*Team:$/);
    await enter('platform');
    await terminal.until(/dollars \[100\]:$/);
    await enter('0');
    await terminal.until(/dollars: must be >= 1/);
    await enter('');
    await terminal.until(/one of day, month\n {2}period:$/);
    await enter('year');
    await terminal.until(/must be equal to one of the allowed values/);
    await enter('month');
    await terminal.until(/alert \[true\]:$/);
    await enter('no');
    await terminal.until(/Send \{"team":"platform","dollars":100,"period":"month","alert":false\}\? \[Y\/n\]$/);
    await enter('');
    await terminal.until(
      /answer: \{"action":"accept","content":\{"team":"platform","dollars":100,"period":"month","alert":false\}\}/,
    );
    await enter('call-tool ask');
    await terminal.until(/Team:$/);
    await enter('!decline');
    await terminal.until(/answer: \{"action":"decline"\}/);
    await enter('call-tool ask');
    await terminal.until(/Team:$/);
    await terminal.press('C-c');
    await terminal.until(/answer: \{"action":"cancel"\}/);
  });

  it('asks for a key that is then nowhere to be seen', async () => {
    await open();
    await enter(`connect ${locked.url}`);
    await terminal.until(/Key \(not shown\):$/);
    await enter(KEY);
    await terminal.until(/2025 \w+>$/);
    expect(await command(terminal, 'auth status')).toContain('A key is used');
    expect(await command(terminal, 'profile save safe')).toContain('secrets.json');
    await terminal.press('Up');
    await terminal.until(/> profile save safe$/);
    await terminal.press('Up');
    await terminal.until(/> auth status$/);
    await terminal.press('Up');
    await terminal.until(/> connect http\S+$/);
    expect(await terminal.text()).not.toContain(KEY);
    expect(readFileSync(join(folder, 'bedrock-spend/history'), 'utf8')).not.toContain(KEY);
  });

  it('remembers what was typed the last time', async () => {
    await open(server.url);
    await command(terminal, 'call-tool table');
    await terminal.close();
    await open(server.url);
    await terminal.press('Up');
    await terminal.until(/> call-tool table$/);
    expect(existsSync(join(folder, 'bedrock-spend/history'))).toBe(true);
  });

  it('colours headings, and not with NO_COLOR', async () => {
    await open(server.url);
    await command(terminal, 'call-tool table');
    expect(await terminal.text({ colours: true })).toContain('\u001B[1m\u001B[36mmodel  cost');
    await terminal.close();
    await open(server.url, { NO_COLOR: '1' });
    await command(terminal, 'call-tool table');
    expect(await terminal.text({ colours: true })).not.toContain('\u001B[36m');
  });

  it('lets a server neither clear the screen nor colour it', async () => {
    await open(server.url);
    const text = await command(terminal, 'call-tool hostile');
    expect(text).toMatch(/log end[\s\S]*red {2}turned/);
    expect(await terminal.text({ colours: true })).not.toContain('\u001B[31m');
  });

  it('is left by Ctrl-C twice, with the session ended', async () => {
    await open(server.url);
    await terminal.type('half a line');
    await terminal.press('C-c');
    await terminal.until(/\w>$/);
    await terminal.press('C-c');
    await terminal.until(/Ctrl-C again, or "quit", to leave/);
    await terminal.press('C-c');
    await terminal.until(/\[exit 0\]$/);
  });
});
