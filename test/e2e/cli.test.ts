import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../src/client/index.ts';
import { ASKS_EXACTLY, exactFromResult } from '../../src/domain/exact-data.ts';
import { startServer } from '../../src/http/serve.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import type { Price } from '../../src/reports/price/price.ts';
import { runHere, runProcess, serveProcess } from '../helpers/command.ts';
import { composeSample, EXPECTED, SAMPLE_LOGS } from '../helpers/sample.ts';

const BIN = 'bin/bedrock-spend.js';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

/** Nothing of the user who runs the tests. */
const ownEnv = () => ({ XDG_CACHE_HOME: cache, XDG_CONFIG_HOME: cache, AWS_REGION: '', AWS_CONFIG_FILE: '/none' });
const run = (...args: string[]) => runHere(args, ownEnv());
const runBuilt = (...args: string[]) => runProcess(args, ownEnv());
const serve = (...args: string[]) => serveProcess(['--source', SAMPLE_LOGS, '--no-ledger', ...args], ownEnv());

/** For pseudonyms. */
process.env['BEDROCK_SPEND_PSEUDONYM_KEY'] = 'a-secret-of-at-least-32-characters';

const october = ['--from', '2026-10-01T00:00:00Z', '--to', '2026-11-01T00:00:00Z'];

describe('--chart and --plot', () => {
  const asked = ['over-time', '--source', SAMPLE_LOGS, ...october, '--by', 'model'];

  it('draw a report into a file, beside what is printed, and with characters', async () => {
    const [svg, png] = [join(cache, 'october.svg'), join(cache, 'october.png')];
    const printed = await run(...asked, '--chart', svg);
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining('total'), stderr: `Chart: ${svg}\n` });
    expect(await readFile(svg, 'utf8')).toMatch(/^<svg [\s\S]*Oct 14: \$223\.92[\s\S]*<\/svg>$/);
    const plotted = await run(...asked, '--chart', png, '--chart-theme', 'dark', '--plot');
    expect(plotted).toMatchObject({ code: 0, stdout: expect.stringMatching(/claude-opus-4-8 +▁+█▁+▂/) });
    expect((await readFile(png)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('say what is wrong with a file, before anything is read', async () => {
    const wrong = await run(...asked, '--chart', 'october.gif');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('ends in .svg or .png') });
    const nowhere = await run(...asked, '--chart', join(cache, 'none/october.svg'));
    expect(nowhere).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/none\/october\.svg cannot be written \(ENOENT\)\. Name another file/),
    });
  });
});

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
    const { code, stdout, stderr } = await runBuilt(
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
    [['simulate', '--cache-share', '1.5'], 2, /between 0 and 1/],
    [['simulate', '--input-token-factor', '0'], 2, /above 0/],
    [['simulate', '--output-token-factor', 'more'], 2, /plain decimal number/],
    [['explain', '--source', SAMPLE_LOGS, '--from', '2026-10-14'], 2, /"from" and "to" together/],
    [['breakdown', '--by', 'model', '--source', '/no/such/folder'], 1, /no file or folder/],
    [['breakdown', '--by', 'model'], 1, /--source FOLDER/],
    [['breakdown', '--by', 'model', '--source', 's3://bucket/logs'], 1, /No AWS region is set/],
    [['breakdown', '--by', 'model', '--source', 'gs://bucket/logs'], 1, /no source of the kind gs:.*cloudwatch:/],
    [['report', '--url', 'http://127.0.0.1:9/mcp'], 1, /No MCP server answered/],
    [['serve', '--source', SAMPLE_LOGS, '--host', '0.0.0.0'], 1, /keys create/],
    [['serve', '--source', SAMPLE_LOGS, '--max-client-day-usd', '1'], 1, /keys create NAME/],
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

  it('prices lists all it knows within 80 columns, and marks what is in doubt', async () => {
    const listed = JSON.parse((await run('prices', '--json')).stdout) as Price[];
    expect(listed.length).toBeGreaterThan(100);
    const lines = (await run('prices')).stdout.trim().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const marked = lines.flatMap((line) => /^(\S+)\* /.exec(line)?.[1] ?? []);
    expect(marked).toEqual(listed.filter(({ doubts }) => doubts.length > 0).map(({ model }) => model));
    expect(marked).toContain('zai.glm-5.3');
  });

  it('explain says why spend changed, in every form', async () => {
    const asked = ['explain', '--source', SAMPLE_LOGS, '--from', '2026-10-14', '--to', '2026-10-15'];
    expect((await run(...asked)).stdout).toMatch(/^Spend rose \$187\.74 .*role\/nightly-summaries/);
    expect(JSON.parse((await run(...asked, '--json')).stdout).after.cost_usd).toBe(
      EXPECTED.by['day']?.['2026-10-14']?.cost_usd,
    );
    expect((await run(...asked, '--csv', '--by', 'metadata.team')).stdout).toMatch(/^metadata\.team,model,before_usd/);
    expect((await run(...asked, '--quote')).stdout).toMatch(/^2026-10-13T00:00:00Z up to 2026-10-15T00:00:00Z/);
  }, 120_000);

  it('caching says what it saved and wasted, in every form', async () => {
    const asked = ['caching', '--source', SAMPLE_LOGS, ...october];
    expect((await run(...asked)).stdout).toMatch(/^Caching saved \$819\.39: .*at least \$35\.75 of them never read/);
    expect((await run(...asked, '--csv')).stdout).toMatch(/^principal,model,verdict,/);
    const { stdout } = await run(...asked, '--json', '--where', 'principal=role/support-bot');
    expect(JSON.parse(stdout).rows[0].verdict).toBe('loses');
    expect((await run(...asked, '--quote')).stdout).toMatch(/^2026-10-01T00:00:00Z up to 2026-11-01T00:00:00Z/);
  }, 120_000);

  it('waste says what brought little, in every form', async () => {
    const asked = ['waste', '--source', SAMPLE_LOGS, ...october];
    expect((await run(...asked)).stdout).toMatch(
      /^Spend that may be wasted[\s\S]*retry storm: back off .*\nprincipal +model +from/,
    );
    expect((await run(...asked, '--csv')).stdout).toMatch(/^kind,principal,model,detail,/);
  }, 120_000);

  it('simulate says what would have been, or what saves most', async () => {
    const asked = ['simulate', '--source', SAMPLE_LOGS, ...october];
    const global = await run(...asked, '--where', 'region=eu-west-1', '--routing', 'global', '--json');
    expect(JSON.parse(global.stdout).totals.after_usd).toBe(EXPECTED.changes.europe['after_through_global']);
    expect((await run(...asked, '--limit', '1')).stdout).toMatch(/with another model by .*: \$642\.57 \(smaller\)/);
    expect((await run(...asked, '--tier', 'batch', '--csv')).stdout).toMatch(/^model,invocations,moved_invocations/);
  }, 120_000);

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
    const { code, stdout } = await runBuilt('demo');
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

describe('keys', () => {
  it('are made, shown once, asked for, and end', { timeout: 120_000 }, async () => {
    const file = join(cache, 'keys/team.json');
    const made = await run('keys', 'create', 'ada', '--expires', '90d', '--rate', '50', '--keys', file);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^bsk_[0-9a-f]{12}_[0-9a-f]{40}\n$/) });
    const key = made.stdout.trim();
    expect(made.stderr).toContain(file);
    expect(made.stderr).not.toContain(key);
    const second = JSON.parse((await run('keys', 'create', 'bob', '--json', '--keys', file)).stdout);
    expect(second).toMatchObject({ name: 'bob', key: expect.stringMatching(/^bsk_/), expired: false });

    const listed = await run('keys', 'list', '--keys', file);
    expect(listed.stdout).toMatch(/^ada +[0-9a-f]{12} +2\d{3}-\d\d-\d\d +2\d{3}-\d\d-\d\d +50\/min\nbob .* never$/m);
    const data = (await run('keys', 'list', '--json', '--keys', file)).stdout;
    expect(JSON.parse(data)).toMatchObject([{ name: 'ada', ratePerMinute: 50 }, { name: 'bob' }]);
    const hash = JSON.parse(await readFile(file, 'utf8')).keys[0].hash;
    for (const secret of [key, key.split('_')[2] as string, hash]) expect(listed.stdout + data).not.toContain(secret);

    const server = await serve('--keys', file, '--host', '0.0.0.0');
    const { url } = server;
    await expect(connect(url)).rejects.toMatchObject({ code: 'SERVER_REFUSED' });
    const connection = await connect(url, { headers: { 'x-api-key': key } });
    expect(await run('keys', 'revoke', 'ada', '--keys', file)).toMatchObject({ code: 0, stdout: '' });
    await expect(connection.client.listTools()).rejects.toThrow(/revoked/);
    const other = await connect(url, { headers: { authorization: `Bearer ${second.key}` } });
    await other.terminate();
    await connection.close();
    await server.stop();
    expect(server.said()).not.toContain('bsk_');
  });

  it('that are all revoked open nothing', async () => {
    const file = join(cache, 'keys/empty.json');
    const { id } = JSON.parse((await run('keys', 'create', 'ada', '--json', '--keys', file)).stdout);
    await run('keys', 'revoke', id, '--keys', file);
    const { code, stderr } = await run('serve', '--source', SAMPLE_LOGS, '--keys', file);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${file} has no keys`)]);
  });

  it.each([
    [['create', 'ada', '--expires', 'soon'], /12h, 90d/],
    [['create', 'ada', '--rate', '0'], /at least 1/],
    [['create'], /missing required argument 'name'/],
    [['revoke', 'nobody'], /has no key nobody/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await run('keys', ...args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  it('a part of OAuth’s settings is not taken for none', async () => {
    vi.stubEnv('BEDROCK_SPEND_OAUTH_SCOPES', 'spend.read');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, stderr } = await run('serve', '--source', SAMPLE_LOGS);
    expect([code, stderr]).toEqual([1, expect.stringContaining('BEDROCK_SPEND_OAUTH_ISSUER is not set')]);
  });
});

/** What `serve` starts, here. */
async function startHere() {
  const dependencies = { ...(await composeSample()), now: Date.now };
  const server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 }, dependencies);
  onTestFinished(() => server.close());
  return server.url;
}

describe('the servers', () => {
  it('serve answers over HTTP, says where, and stops cleanly on SIGTERM', async () => {
    const { url, said, stop } = await serve();
    const connection = await connect(url);
    const result = await connection.callTool('breakdown_spend', { by: ['scope'] }, { meta: ASKS_EXACTLY });
    expect(connection.sessionId).toBeDefined();
    expect(exactFromResult(result)).toMatchObject({ totals: { cost_usd: EXPECTED.totals.cost_usd } });
    expect(await (await fetch(url.replace('/mcp', '/healthz'))).json()).toEqual({ status: 'ok' });
    expect(said()).toContain(`The dashboard: ${url.replace('/mcp', '/')}`);
    expect(await (await fetch(url.replace('/mcp', '/'))).text()).toContain('<title>Amazon Bedrock spend</title>');
    const before = connection.sessionId;
    await connection.reconnect();
    expect(connection.sessionId).not.toBe(before);
    expect(await stop()).toBe(0);
    await connection.close();
  });

  it('report, breakdown and over-time print the same with --url as without', { timeout: 120_000 }, async () => {
    const url = await startHere();
    const remote = await run('report', '--url', url, '--days', '3000', '--json');
    const byModel = await run('breakdown', '--url', url, '--by', 'model');
    const byWeek = await run('over-time', '--url', url, '--interval', 'week', '--csv');
    const local = await run('report', '--source', SAMPLE_LOGS, '--days', '3000', '--json');
    expect(byModel.stdout).toBe((await run('breakdown', '--source', SAMPLE_LOGS, '--by', 'model')).stdout);
    expect(byWeek.stdout).toBe((await run('over-time', '--source', SAMPLE_LOGS, '--interval', 'week', '--csv')).stdout);
    expect(JSON.parse(remote.stdout)).toEqual(JSON.parse(local.stdout));
  });

  it('explain, simulate, caching and waste ask a server, too', async () => {
    const url = await startHere();
    const why = await run('explain', '--url', url);
    const whatIf = await run('simulate', '--url', url, '--tier', 'batch', '--json');
    const cached = await run('caching', '--url', url);
    const wasted = await run('waste', '--url', url);
    expect(why.stdout).toBe((await run('explain', '--source', SAMPLE_LOGS)).stdout);
    expect(wasted.stdout).toBe((await run('waste', '--source', SAMPLE_LOGS)).stdout);
    expect(cached.stdout).toBe((await run('caching', '--source', SAMPLE_LOGS)).stdout);
    const local = await run('simulate', '--source', SAMPLE_LOGS, '--tier', 'batch', '--json');
    expect(JSON.parse(whatIf.stdout)).toEqual(JSON.parse(local.stdout));
  }, 120_000);

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
    const result = await client.callTool({
      name: 'breakdown_spend',
      arguments: { by: ['scope'] },
      _meta: ASKS_EXACTLY,
    });
    await client.close();
    expect(tools).toHaveLength(TOOLS.length);
    expect(exactFromResult(result)).toMatchObject({ totals: { cost_usd: EXPECTED.totals.cost_usd } });
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
