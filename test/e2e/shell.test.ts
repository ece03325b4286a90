import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { runProcess } from '../helpers/command.ts';
import { startShellServer } from '../helpers/shell-server.ts';

const KEY = 'shell-key-5f1c77ab';

/** Every run starts a process, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

let server: Awaited<ReturnType<typeof startShellServer>>;
let locked: typeof server;
const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-shell-'));
beforeAll(async () => {
  server = await startShellServer();
  locked = await startShellServer({ key: KEY });
});
afterAll(async () => {
  await server.close();
  await locked.close();
  rmSync(folder, { recursive: true });
});

/** The command with a script on its stdin, and nothing of the user's own. */
const run = (args: readonly string[], script = '', env: Record<string, string> = {}) =>
  runProcess(args, { XDG_CONFIG_HOME: folder, DBUS_SESSION_BUS_ADDRESS: '', ...env }, script);

describe('a script', () => {
  it('prints answers on stdout and nothing else', async () => {
    const { code, stdout, stderr } = await run(['connect', server.url], '# a comment\n\ncall-tool table\nstatus\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'model  cost\nopus   $1\ntotal  $1\n' });
    expect(stderr).toMatch(/era 2025 .*session [0-9a-f-]{36}/);
  });

  it('as JSON is JSON, and harmless', async () => {
    const { stdout, stderr } = await run(['connect', server.url, '--json'], 'call-tool hostile\n');
    expect(JSON.parse(stdout)[0].text).toContain('\u001B]52');
    expect(`${stdout}${stderr}`).not.toMatch(/[\p{Cc}--[\n]]/v);
  });

  it('goes on after a line that failed, and its exit code says so', async () => {
    const { code, stdout, stderr } = await run(
      ['connect', server.url],
      'call-tool nothing\nnonsense\ncall-tool table\n',
    );
    expect(code).toBe(1);
    expect(stdout).toContain('opus');
    expect(stderr).toMatch(/There is no tool "nothing": steps, ask/);
    expect(stderr).toMatch(/There is no command "nonsense"/);
  });

  it('is not run where there is no server', async () => {
    const gone = await startShellServer();
    await gone.close();
    const { code, stderr } = await run(['connect', gone.url], 'list-tools\n');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^No MCP server answered at .*ECONNREFUSED.*\n$/)]);
  });

  it('has nobody to answer a tool’s question, and the tool is told', async () => {
    const { stdout } = await run(['connect', server.url], 'call-tool ask\n');
    expect(stdout).toContain('answer: {"action":"cancel"}');
  });

  it('saves images, for its user alone', async () => {
    const { stdout } = await run(['connect', server.url], 'call-tool paint\n');
    const [, path] = /^image\/png, 70 bytes, saved to (\S+\.png)$/m.exec(stdout) as unknown as [string, string];
    expect((await readFile(path)).subarray(1, 4).toString()).toBe('PNG');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('has its answer from a server that cannot end sessions right now', async () => {
    const stubborn = await startShellServer({ endsSessions: false });
    onTestFinished(() => stubborn.close());
    const table = { code: 0, stdout: expect.stringContaining('opus') };
    expect(await run(['connect', stubborn.url], 'call-tool table\n')).toMatchObject(table);
    expect(await run(['call', 'table', '--url', stubborn.url])).toMatchObject(table);
  });

  it('on a server that keeps no sessions is told so', async () => {
    const stateless = await startShellServer({ sessions: false });
    onTestFinished(() => stateless.close());
    const { code, stdout, stderr } = await run(['connect', stateless.url], 'call-tool table\n');
    expect([code, stdout]).toEqual([0, expect.stringContaining('opus')]);
    expect(stderr).toContain('era 2025 (protocol 2025-11-25), no session: this server keeps none');
  });

  it.each(['2025', '2026'])('hears what a server has not, in the era of %s', async (era) => {
    const script = 'prompts\nlist-resources\nprompt x\nread x://y\n';
    const { code, stdout, stderr } = await run(['connect', server.url, '--era', era], script);
    expect([code, stdout]).toEqual([1, '']);
    const said = stderr.split('\n').slice(2, -1);
    expect(said).toEqual([
      'The server has no prompts.',
      'The server has no resources.',
      'The server has no prompts.',
      'The server has no resources.',
    ]);
  });

  it('is shown what a server says without lines that look like the shell’s own', async () => {
    const { stderr } = await run(['connect', server.url], 'call-tool forge\n');
    expect(stderr).toContain('[info] one\n  127.0.0.1:80 2025 0a1b2c3d> two\n');
    expect(stderr).toContain('It broke.\n  127.0.0.1:80 2025 0a1b2c3d> quit\n  Key (not shown):\n');
    const called = await run(['call', 'forge', '--url', server.url]);
    expect(called.stderr).toBe('bedrock-spend: It broke.\n  127.0.0.1:80 2025 0a1b2c3d> quit\n  Key (not shown):\n');
  });

  it('without sessions works the same', async () => {
    const { code, stdout, stderr } = await run(['connect', server.url, '--era', '2026'], 'call-tool table\n');
    expect([code, stdout]).toEqual([0, expect.stringContaining('opus')]);
    expect(stderr).toContain('era 2026 (protocol 2026-07-28), no session: this era has none');
  });
});

describe('a key', () => {
  it('comes from the environment, and is in no output and no record', async () => {
    const record = join(folder, 'exchange.jsonl');
    const script = `debug on\ncall-tool table\nauth status\n`;
    const result = await run(['connect', locked.url, '--record', record], script, { BEDROCK_SPEND_API_KEY: KEY });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('A key is used') });
    const recorded = readFileSync(record, 'utf8');
    expect(
      recorded
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).kind),
    ).toContain('event');
    expect(recorded).toContain('"x-api-key":"[removed]"');
    expect(statSync(record).mode & 0o777).toBe(0o600);
    expect(`${recorded}${result.stdout}${result.stderr}`).not.toContain(KEY);
    expect(result.stderr).toMatch(/→ POST .*x-api-key: \[removed\]/);
  });

  it('is piped into a profile, which every command can then ask by its name', async () => {
    const added = await run(['profiles', 'add', 'prod', locked.url, '--auth', 'key'], `${KEY}\n`);
    expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('secrets.json') });
    expect(readFileSync(join(folder, 'bedrock-spend/profiles.json'), 'utf8')).not.toContain(KEY);
    expect(statSync(join(folder, 'bedrock-spend/secrets.json')).mode & 0o777).toBe(0o600);
    expect(await run(['connect', 'prod'], 'call-tool table\n')).toMatchObject({ code: 0 });
    expect(await run(['call', 'table', '--url', 'prod'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('opus'),
    });
    expect((await run(['profiles', 'list', '--json'])).stdout).toContain('"auth": "key"');
  });

  it('of a profile is forgotten with it', async () => {
    await run(['profiles', 'add', 'gone', locked.url, '--auth', 'key'], `${KEY}\n`);
    expect(await run(['profiles', 'remove', 'gone'])).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'bedrock-spend/secrets.json'), 'utf8')).not.toContain('api-key:gone');
    expect((await run(['call', 'table', '--url', 'gone'])).stderr).toMatch(/There is no profile "gone"/);
  });

  it('that is missing is said to be', async () => {
    const { code, stderr } = await run(['connect', locked.url], 'list-tools\n');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/refused access \(403\)\. Give it a key/)]);
  });

  it('in the environment is not sent in place of a profile’s own', async () => {
    await run(['profiles', 'add', 'own', locked.url, '--auth', 'key'], `${KEY}\n`);
    const result = await run(['connect', 'own'], 'call-tool table\n', { BEDROCK_SPEND_API_KEY: 'for-another-server' });
    expect(result.code).toBe(0);
    expect(locked.seen.keys).not.toContain('for-another-server');
  });
});
