import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DeployRig, permitted, startDeployRig } from '../../helpers/deploy-script.ts';

vi.setConfig({ testTimeout: 120_000 });

let rig: DeployRig;
let url: string;
/** One deployment, of which all is asked; each test has keys of its own. */
beforeAll(async () => {
  rig = await startDeployRig();
  await rig.run(['deploy', '--source', 'metrics:', '--yes', '--set', 'MemoryMb=512']);
  url = JSON.parse((await rig.run(['status', '--json'])).stdout).url;
});
afterAll(() => rig.close());

/** The status of a request with a key. */
async function asked(key: string): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'x-api-key': key,
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

const kept = () => JSON.parse(readFileSync(rig.keyFile(), 'utf8')) as Record<string, string>;
const shown = async (name: string) => (await rig.run(['keys', 'show', name])).stdout.trim();

describe('deploy.py keys', () => {
  it('makes keys that open the server, lists them without their values, and takes them back', async () => {
    const made = await rig.run(['keys', 'create', 'ann']);
    expect(made.code).toBe(0);
    const value = kept()['ann'] as string;
    expect(made.stdout + made.stderr).not.toContain(value);
    expect(await asked(value)).toBe(200);
    const listed = (await rig.run(['keys', 'list'])).stdout;
    expect(listed).toMatch(/^ann +\d{4}-\d\d-\d\d/m);
    expect(listed).not.toContain(value);
    expect((await rig.run(['keys', 'create', 'ann'])).last).toContain('run keys rotate ann');
    expect((await rig.run(['keys', 'revoke', 'ann'])).code).toBe(0);
    expect([await asked(value), kept()['ann']]).toEqual([401, undefined]);
    expect((await rig.run(['keys', 'revoke', 'ann'])).last).toContain('There is no key ann.');
  });

  it('replaces a value by one that is known to work, and only then ends the old one', async () => {
    await rig.run(['keys', 'create', 'bob']);
    const old = await shown('bob');
    const rotated = await rig.run(['keys', 'rotate', 'bob', '--show']);
    expect(rotated.stdout.trim()).toBe(await shown('bob'));
    expect([await asked(old), await asked(rotated.stdout.trim())]).toEqual([401, 200]);
  });

  it('takes no lucky answer for a new value that works, and keeps the old one until it does', async () => {
    await rig.run(['keys', 'create', 'lou']);
    const old = await shown('lou');
    const luckyOnce = [200, 200, ...Array(2_000).fill(403)];
    await rig.cloud.faults({ front: luckyOnce });
    const ran = await rig.run(['keys', 'rotate', 'lou']);
    expect([ran.code, ran.last]).toEqual([
      1,
      expect.stringMatching(/old value of lou stays, beside the new one: .* 403/),
    ]);
    await rig.cloud.faults({});
    expect([await asked(old), await asked(await shown('lou'))]).toEqual([200, 200]);
    await rig.cloud.faults({ front: [200, 200, 403, 403, 200, 200, 401] });
    expect((await rig.run(['keys', 'rotate', 'lou'])).code).toBe(0);
    expect([await asked(old), await asked(await shown('lou'))]).toEqual([401, 200]);
  });

  it('leaves both values alive when a rotation is interrupted, and ends all old ones with the next', async () => {
    await rig.run(['keys', 'create', 'eve']);
    const old = await shown('eve');
    await rig.cloud.faults({ denied: ['^apigateway:DELETE /apikeys'] });
    expect((await rig.run(['keys', 'rotate', 'eve'])).last).toContain('apigateway:DELETE');
    const second = await shown('eve');
    expect([await asked(old), await asked(second)]).toEqual([200, 200]);
    await rig.cloud.faults({ denied: [] });
    await rig.run(['keys', 'rotate', 'eve']);
    expect([await asked(old), await asked(second), await asked(await shown('eve'))]).toEqual([401, 401, 200]);
  });

  it('gets a value that was lost here from AWS', async () => {
    await rig.run(['keys', 'create', 'dan']);
    const value = await shown('dan');
    const elsewhere = { XDG_CONFIG_HOME: `${rig.home}/elsewhere` };
    expect((await rig.run(['keys', 'show', 'dan'], { env: elsewhere })).stdout.trim()).toBe(value);
  });
});

describe('deploy.py status, test, config and logs', () => {
  it('says how it is, and which settings are not the default', async () => {
    const status = JSON.parse((await rig.run(['status', '--json'])).stdout);
    expect(status).toMatchObject({ state: 'CREATE_COMPLETE', region: 'us-east-1', alarms: [] });
    expect(status.settings).toMatchObject({ MemoryMb: '512', Source: 'metrics:' });
    expect(status.settings).not.toHaveProperty('TimeoutSeconds');
    await rig.cloud.call('cloudwatch', 'set_alarm_state', {
      AlarmName: (await rig.cloud.call('cloudwatch', 'describe_alarms')).MetricAlarms[0].AlarmName,
      StateValue: 'ALARM',
      StateReason: 'test',
    });
    expect((await rig.run(['status'])).stdout).toMatch(/^alarms +\w+Alarm$/m);
  });

  it('tries the server out', async () => {
    const ran = await rig.run(['test']);
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/bedrock-spend [\d.]+ answers with \d+ tools/)]);
  });

  it('gives each host settings that have no key in them, and the key beside them if it is to be shown', async () => {
    const { stdout } = await rig.run(['config']);
    const [claude, cursor, code, kiro] = [...stdout.matchAll(/^\{.*?^\}/gms)].map(([text]) => JSON.parse(text));
    const variable = '{BEDROCK_SPEND_API_KEY}';
    const headers = { 'x-api-key': `$${variable}` };
    expect(claude.mcpServers['bedrock-spend']).toEqual({ type: 'http', url, headers });
    expect(cursor.mcpServers['bedrock-spend'].headers['x-api-key']).toBe(`$${variable.replace('{', '{env:')}`);
    expect(code.servers['bedrock-spend'].headers['x-api-key']).toBe(`\${input:${code.inputs[0].id}}`);
    expect(kiro.mcpServers['bedrock-spend']).toEqual({ url, headers });
    const [name] = Object.keys(kept()) as [string];
    const shown = (await rig.run(['config', '--show', '--key', name])).stdout;
    expect(shown.split(kept()[name] as string)).toHaveLength(2);
    expect(shown).toContain(`export BEDROCK_SPEND_API_KEY=${kept()[name]}`);
  });

  it('says how to get the key in words that can be pasted, wherever the clone lies', async () => {
    const script = resolve('deploy/deploy.py');
    expect((await rig.run(['config'], { script })).stdout).toContain(`="$(python3 ${script} keys show `);
    expect((await rig.run(['config'])).stdout).toContain('="$(python3 deploy/deploy.py keys show ');
  });

  it('shows the function’s log', async () => {
    const place = { logGroupName: '/aws/lambda/bedrock-spend-server', logStreamName: 'one' };
    await rig.cloud.call('logs', 'create_log_stream', place);
    const logEvents = [{ timestamp: Date.now() - 60_000, message: 'asked for October\n' }];
    await rig.cloud.call('logs', 'put_log_events', { ...place, logEvents });
    expect((await rig.run(['logs'])).stdout).toMatch(/^\S+Z asked for October\n$/);
    expect((await rig.run(['logs', '--since', '1 day'])).last).toContain('like 30m');
  });
});

/** Last of what the one deployment is asked. */
describe('deploy.py destroy', () => {
  it('lists what goes, asks, and leaves it all without a yes', async () => {
    const ran = await rig.run(['destroy'], { typed: '\n' });
    expect([ran.code, ran.last]).toEqual([1, expect.stringContaining('Left as it was.')]);
    for (const part of ['the stack bedrock-spend', 'sessions', 'keys: ', 'image repository', '/aws/lambda/'])
      expect(ran.stderr).toContain(part);
    expect((await rig.run(['test'])).code).toBe(0);
  });

  it('leaves nothing behind, and says so again', async () => {
    await rig.cloud.faults(await permitted(rig, '--source', 'metrics:'));
    expect((await rig.run(['destroy', '--yes'])).last).toBe('Nothing is left.');
    const left = async (service: string, operation: string, items: string) =>
      (await rig.cloud.call(service, operation))[items];
    expect(await left('ecr', 'describe_repositories', 'repositories')).toEqual([]);
    expect(await left('apigateway', 'get_api_keys', 'items')).toEqual([]);
    expect(await left('apigateway', 'get_rest_apis', 'items')).toEqual([]);
    expect(await left('apigateway', 'get_usage_plans', 'items')).toEqual([]);
    expect(await left('logs', 'describe_log_groups', 'logGroups')).toEqual([]);
    expect(await left('dynamodb', 'list_tables', 'TableNames')).toEqual([]);
    expect(await left('lambda', 'list_functions', 'Functions')).toEqual([]);
    expect(await left('iam', 'list_roles', 'Roles')).toEqual([]);
    expect(await left('cloudwatch', 'describe_alarms', 'MetricAlarms')).toEqual([]);
    expect(existsSync(rig.keyFile())).toBe(false);
    expect((await rig.run(['destroy', '--yes'])).last).toContain('There is nothing of bedrock-spend');
  });
});

describe('deploy.py with OAuth', () => {
  const issuer = 'https://login.example.com/pool';

  it('makes no key, and keeps out of what the issuer settles', async () => {
    await rig.reset();
    const ran = await rig.run(['deploy', '--source', 'metrics:', '--yes', '--set', `OAuthIssuer=${issuer}`]);
    // What answers here is the rig's front door, which knows keys alone: it cannot say where to sign in.
    expect([ran.code, ran.last]).toEqual([1, expect.stringContaining('without saying where to sign in')]);
    expect((await rig.cloud.call('apigateway', 'get_api_keys')).items).toEqual([]);
    expect(existsSync(rig.keyFile())).toBe(false);
    expect((await rig.run(['keys', 'create', 'ann'])).last).toContain(`takes tokens of ${issuer}, not keys`);
    const { stdout } = await rig.run(['config']);
    expect(stdout).toContain('claude mcp add --transport http');
    expect(stdout).not.toMatch(/x-api-key|API_KEY/);
  });
});
