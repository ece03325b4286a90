import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/index.ts';
import { EXPECTED, SAMPLE_LOGS } from '../helpers/sample.ts';

const BIN = 'bin/bedrock-spend.js';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

/** Runs the built command as a shell would. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, XDG_CACHE_HOME: cache, AWS_REGION: '', AWS_CONFIG_FILE: '/none' };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** For pseudonyms. */
process.env['BEDROCK_SPEND_PSEUDONYM_KEY'] = 'a-secret-of-at-least-32-characters';

const october = ['--from', '2026-10-01T00:00:00Z', '--to', '2026-11-01T00:00:00Z'];

describe('breakdown --json', () => {
  it('is the contract: one object on stdout, exact money, coverage', async () => {
    const { code, stdout } = await run(
      'breakdown',
      '--source',
      SAMPLE_LOGS,
      ...october,
      '--by',
      'model,scope',
      '--json',
    );
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.period).toEqual({ from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', timezone: 'UTC' });
    expect(report.by).toEqual(['model', 'scope']);
    expect(report.totals.cost_usd).toBe(EXPECTED.totals.cost_usd);
    expect(Object.keys(report.rows[0])).toEqual(
      expect.arrayContaining([
        'key',
        'invocations',
        'errors',
        'unpriced_invocations',
        'input_tokens',
        'output_tokens',
        'cost_usd',
      ]),
    );
    expect(report.coverage).toMatchObject({ ...EXPECTED.coverage, damaged_files: [] });
  });

  it('repeats filters and takes a timezone', async () => {
    const args = ['breakdown', '--source', SAMPLE_LOGS, '--by', 'region', '--timezone', 'Europe/Berlin', '--json'];
    const { stdout } = await run(...args, '--where', 'region=eu-west-1', '--where', 'region=us-west-2');
    const report = JSON.parse(stdout);
    expect(report.rows.map((row: { key: { region: string } }) => row.key.region).sort()).toEqual([
      'eu-west-1',
      'us-west-2',
    ]);
    expect(report.period.timezone).toBe('Europe/Berlin');
  });
});

describe('exit codes', () => {
  it('is 3 when a file is damaged, which is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-damaged-'));
    await writeFile(join(folder, 'broken.json.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0]));
    await writeFile(
      join(folder, 'good.json'),
      '{"schemaType":"ModelInvocationLog","timestamp":"2026-10-01T00:00:00Z","modelId":"amazon.nova-lite-v1:0","requestId":"1"}\n',
    );
    const { code, stdout, stderr } = await run(
      'breakdown',
      '--source',
      folder,
      '--by',
      'model',
      '--json',
      '--no-ledger',
    );
    await rm(folder, { recursive: true });
    expect(code).toBe(3);
    expect(JSON.parse(stdout).coverage.damaged_files).toEqual(['broken.json.gz']);
    expect(stderr).toContain('broken.json.gz');
  });

  it.each([
    [['breakdown'], 2, /required option '--by/],
    [['breakdown', '--by', 'colour', '--source', SAMPLE_LOGS], 2, /no dimension "colour"/],
    [['nonsense'], 2, /unknown command/],
    [['breakdown', '--by', 'model', '--source', '/no/such/folder'], 1, /no file or folder/],
    [['breakdown', '--by', 'model'], 1, /--source FOLDER/],
    [['breakdown', '--by', 'model', '--source', 's3://bucket/logs'], 1, /No AWS region is set/],
    [['breakdown', '--by', 'model', '--source', 'gs://bucket/logs'], 1, /no source of the kind gs:.*cloudwatch:/],
    [['report', '--url', 'http://127.0.0.1:9/mcp'], 1, /No MCP server answered/],
    [['serve', '--source', SAMPLE_LOGS, '--host', '0.0.0.0'], 1, /loopback only/],
    [['serve', '--source', SAMPLE_LOGS, '--port', '99999'], 2, /--port: "99999" cannot be used/],
    [['call', 'breakdown_spend', '--args', '{"by":["x"]}', '--source', SAMPLE_LOGS], 1, /no dimension "x"/],
  ])('%j is %i', async (args, expected, message) => {
    const { code, stderr, stdout } = await run(...args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe('the other commands', () => {
  it('prices shows a rate, where it is from and since when', async () => {
    const { stdout } = await run('prices', 'global.anthropic.claude-haiku-5-5');
    expect(stdout).toMatch(/input\s+\$0\.1\b[\s\S]*From own table: AWS Price List.*holds since 2026-10-07/);
  });

  it('prices lists all it knows', async () => {
    const { stdout } = await run('prices', '--json');
    expect(JSON.parse(stdout).length).toBeGreaterThan(100);
  });

  it('over-time, report and call print text for people', async () => {
    expect((await run('over-time', '--source', SAMPLE_LOGS, '--interval', 'week')).stdout).toMatch(/^2026-10-05/m);
    expect((await run('report', '--source', SAMPLE_LOGS, '--days', '3000')).stdout).toMatch(/By user/);
    expect((await run('call', 'list_dimensions', '--source', SAMPLE_LOGS)).stdout).toMatch(
      /Metadata keys in the logs: cost-center, env, team/,
    );
    expect((await run('call', 'list', '--source', SAMPLE_LOGS)).stdout).toMatch(
      /breakdown_spend\n.*grouped by any dimensions/,
    );
  });

  it('help teaches by example', async () => {
    expect((await run('--help')).stdout).toMatch(/Examples:[\s\S]*Exit codes:/);
    expect((await run('breakdown', '--help')).stdout).toMatch(/--where model=anthropic\.claude-opus-4-8/);
  });

  it('demo shows the session id, a priced report and how to go on', async () => {
    const { code, stdout } = await run('demo');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Mcp-Session-Id: [0-9a-f-]{36}/);
    expect(stdout).toMatch(/\$1,172\.35/);
    expect(stdout).toMatch(/claude mcp add[\s\S]*Cursor[\s\S]*VS Code/);
  });

  it('an old Node gets one clear line', async () => {
    const launcher = await readFile(BIN, 'utf8');
    const asOld = launcher.replace('process.versions.node.split', "'20.20.2'.split").replace(/^#!.*\n/, '');
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', asOld], (error, _, text) =>
        resolve({ code: Number(error?.code ?? 0), stderr: text }),
      );
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^bedrock-spend needs Node\.js 22 or newer;.*\n$/);
  });
});

describe('the servers', () => {
  it('serve answers over HTTP, says where, and stops cleanly on SIGTERM', async () => {
    const server = spawn(process.execPath, [BIN, 'serve', '--source', SAMPLE_LOGS, '--port', '0', '--no-ledger']);
    const url = await new Promise<string>((resolve) => {
      server.stderr.on('data', (data) => {
        const found = /http:\/\/\S+\/mcp/.exec(String(data))?.[0];
        resolve(found as string);
      });
    });
    const connection = await connect(url);
    const result = await connection.callTool('breakdown_spend', { by: ['scope'] });
    expect(connection.sessionId).toBeDefined();
    expect(result.structuredContent).toMatchObject({ totals: { cost_usd: EXPECTED.totals.cost_usd } });
    expect(await (await fetch(url.replace('/mcp', '/healthz'))).json()).toEqual({ status: 'ok' });
    const before = connection.sessionId;
    await connection.reconnect();
    expect(connection.sessionId).not.toBe(before);
    const code = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    expect(await code).toBe(0);
    await connection.close();
  });

  it('report, breakdown and over-time print the same with --url as without', async () => {
    const server = spawn(process.execPath, [BIN, 'serve', '--source', SAMPLE_LOGS, '--port', '0'], {
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    const url = await new Promise<string>((resolve) => {
      server.stderr.on('data', (data) => resolve(/http:\/\/\S+\/mcp/.exec(String(data))?.[0] as string));
    });
    const remote = await run('report', '--url', url, '--days', '3000', '--json');
    const byModel = await run('breakdown', '--url', url, '--by', 'model');
    const byWeek = await run('over-time', '--url', url, '--interval', 'week', '--csv');
    server.kill('SIGTERM');
    const local = await run('report', '--source', SAMPLE_LOGS, '--days', '3000', '--json');
    expect(byModel.stdout).toBe((await run('breakdown', '--source', SAMPLE_LOGS, '--by', 'model')).stdout);
    expect(byWeek.stdout).toBe((await run('over-time', '--source', SAMPLE_LOGS, '--interval', 'week', '--csv')).stdout);
    expect(JSON.parse(remote.stdout)).toEqual(JSON.parse(local.stdout));
  });

  it.each(['legacy', 'auto'] as const)('stdio answers a host that starts it (%s)', async (mode) => {
    const client = new Client({ name: 'host', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [BIN, 'stdio', '--source', SAMPLE_LOGS, '--no-ledger'],
        stderr: 'ignore',
      }),
    );
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: 'breakdown_spend', arguments: { by: ['scope'] } });
    await client.close();
    expect(tools).toHaveLength(7);
    expect(result.structuredContent).toMatchObject({ totals: { cost_usd: EXPECTED.totals.cost_usd } });
  });
});

describe('--pseudonyms', () => {
  const source = ['--source', SAMPLE_LOGS, ...october];

  it('hides people and accounts', async () => {
    const { code, stdout } = await run(
      'breakdown',
      ...source,
      '--by',
      'principal,session,caller',
      '--pseudonyms',
      'on',
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/principal-[0-9a-z]{8} {2}person-[0-9a-z]{8}/)]);
    expect(stdout).not.toMatch(/arn:|role\/|user\/|@example/);
  });

  it.each([
    ['a server’s answer', ['breakdown', '--url', 'http://127.0.0.1:9/mcp', '--by', 'principal'], 'ask the server'],
    ['the bill', ['reconcile', ...source], 'without pseudonyms'],
  ])('is refused where it could not be kept: %s', async (_, command, message) => {
    const refused = await run(...command, '--pseudonyms', 'on');
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});
