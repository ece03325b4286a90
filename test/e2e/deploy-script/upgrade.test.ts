import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createStack,
  type DeployRig,
  heldBy,
  type Ran,
  STACK,
  stackOf,
  startDeployRig,
} from '../../helpers/deploy-script.ts';

vi.setConfig({ testTimeout: 120_000 });

/** What people have deployed; deploy.py of that day named the deployment, and noted what was set, in this way. */
const EARLIER = readFileSync(join(import.meta.dirname, 'template-of-2026-11-30.yaml'), 'utf8')
  .replaceAll(/\bApiDeployment\b/g, 'ApiDeployment0123456789ab')
  .replace(/^Metadata:\n/m, 'Metadata:\n  BedrockSpend: {"Version": "0.1.0", "SetByHand": "MemoryMb Source"}\n');

const ImageUri = `123456789012.dkr.ecr.us-east-1.amazonaws.com/bedrock-spend@sha256:${'0'.repeat(64)}`;

let rig: DeployRig;
let planned: Ran;
let ran: Ran;
let before: Awaited<ReturnType<typeof heldBy>>;
/** A session, as an instance wrote it; its key, as a person made it. */
const SESSION = { pk: { S: 'session#1' }, sk: { S: 'session' }, expiresAt: { N: '4102444800' } };

beforeAll(async () => {
  rig = await startDeployRig();
  const Tags = [{ Key: 'bedrock-spend', Value: STACK }];
  const set = { ImageUri, Source: 'metrics:', MemoryMb: '512' };
  await createStack(rig, { StackName: STACK, TemplateBody: EARLIER, Tags }, set);
  await rig.run(['keys', 'create', 'ann']);
  before = await heldBy(rig);
  await rig.cloud.call('dynamodb', 'put_item', { TableName: before['SessionTable'], Item: SESSION });
  planned = await rig.run(['deploy', '--plan', '--set', 'TotalBurstLimit=50']);
  ran = await rig.run(['deploy', '--yes']);
}, 120_000);
afterAll(() => rig.close());

describe('a stack of before', () => {
  it('becomes one of today without a resource that is replaced, but the copy of its API', () => {
    expect([ran.code, ran.stderr]).toEqual([
      0,
      expect.stringMatching(/changes +SessionTable +DynamoDB::Table +SSESpecification/),
    ]);
    expect(ran.stderr).not.toMatch(/replaces|may replace/);
    expect(ran.stderr.match(/^ +removes +\S+/gm) ?? []).toEqual([]);
  });

  it('is told to get limits that it did not have, before anything is asked; not those that are set', async () => {
    expect(planned.code).toBe(0);
    const [, named = ''] =
      /^Limits that are new to this stack: (.*)\. --set NAME=VALUE changes one\.$/m.exec(planned.stderr) ?? [];
    expect(named.split(', ')).toEqual(
      expect.arrayContaining(['MaxDayUsd=10', 'ReservedConcurrency=20', 'TotalRateLimit=50']),
    );
    expect(named).not.toMatch(/MemoryMb|TotalBurstLimit|=,|RateLimit=10/);
    const again = await rig.run(['deploy', '--plan', '--set', 'MemoryMb=1024']);
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('Limits that are new')]);
  });

  it('keeps its table, API, stage, plan and log', async () => {
    const now = await heldBy(rig);
    const kept = ['SessionTable', 'Api', 'Stage', 'UsagePlan', 'FunctionLog', 'Function', 'FunctionRole'];
    for (const name of kept) expect([name, now[name]]).toEqual([name, before[name]]);
  });

  it('keeps its sessions', async () => {
    const { Items } = await rig.cloud.call('dynamodb', 'scan', { TableName: before['SessionTable'] });
    expect(Items).toContainEqual(SESSION);
  });

  it('keeps its keys, which open it', async () => {
    expect((await rig.run(['keys', 'list'])).stdout).toMatch(/^ann /);
    const tried = await rig.run(['test', '--key', 'ann']);
    expect([tried.code, tried.stdout]).toEqual([0, expect.stringMatching(/answers with \d+ tools/)]);
  });

  it('keeps what was set, and notes it as stacks do today', async () => {
    const { settings } = JSON.parse((await rig.run(['status', '--json'])).stdout);
    expect(settings).toMatchObject({ MemoryMb: '512', Source: 'metrics:' });
    expect((await stackOf(rig)).Outputs).toContainEqual({ OutputKey: 'SetByHand', OutputValue: 'MemoryMb Source' });
    expect((await rig.run(['deploy', '--yes'])).stderr).toContain('Nothing to change.');
  });
});
