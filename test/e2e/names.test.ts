import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProfileNames } from '../../src/names/bedrock/index.ts';
import { breakdown } from '../../src/reports/breakdown.ts';
import { CLIENT } from '../helpers/cloudwatch.ts';
import { temporaryFolder } from '../helpers/log-files.ts';
import { composeSample, OCTOBER } from '../helpers/sample.ts';

const ARN = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/k3v9q2m7x1ab';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

const PROFILE = {
  inferenceProfileArn: ARN,
  inferenceProfileId: 'k3v9q2m7x1ab',
  inferenceProfileName: 'doc-search',
  models: ['us-east-1', 'us-west-2'].map((region) => ({
    modelArn: `arn:aws:bedrock:${region}::foundation-model/${HAIKU}`,
  })),
  status: 'ACTIVE',
  type: 'APPLICATION',
};

/** Bedrock's wire protocol for these two operations, which moto lacks. */
let bedrock: Server;
let endpoint: string;
let profiles: object[];
let denied: boolean;
let asked: string[];

beforeAll(async () => {
  bedrock = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = (status: number, body: object, type = '') => {
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
        .end(JSON.stringify(body));
    };
    if (denied) answer(403, { message: 'no' }, 'AccessDeniedException');
    else if (request.url?.startsWith('/inference-profiles?')) {
      const second = request.url.includes('nextToken');
      answer(200, { inferenceProfileSummaries: second ? profiles : [], ...(second ? {} : { nextToken: 'more' }) });
    } else answer(200, { tags: [{ key: 'team', value: 'search' }] });
  });
  bedrock.listen(0, '127.0.0.1');
  await once(bedrock, 'listening');
  endpoint = `http://127.0.0.1:${(bedrock.address() as { port: number }).port}`;
});
afterAll(() => bedrock.close());
beforeEach(() => {
  profiles = [PROFILE];
  denied = false;
  asked = [];
});

const lookUp = (memory: string, now?: () => number) =>
  createProfileNames({
    regions: ['us-east-1'],
    memory,
    client: { ...CLIENT, endpoint, maxAttempts: 1 },
    ...(now ? { now } : {}),
  });

const EXPECTED = {
  unresolved: 'application-inference-profile/k3v9q2m7x1ab',
  model: `us.${HAIKU}`,
  name: 'doc-search',
  tags: { team: 'search' },
};

describe('application inference profiles', () => {
  it('become their model, name and tags, so that their usage has a price', async () => {
    const names = lookUp(join(await temporaryFolder(), 'profiles.json'));
    expect(await names()).toEqual({ aliases: [EXPECTED], notes: [] });
    const { close, ...context } = await composeSample();
    const question = { by: ['profile', 'model', 'tag.team'], where: ['profile=doc-search'], ...OCTOBER };
    const { totals, tables } = await breakdown(question, { ...context, names });
    await close();
    expect(tables[0]?.rows.map(({ key }) => key)).toEqual([
      { profile: 'doc-search', model: HAIKU, 'tag.team': 'search' },
    ]);
    expect(totals).toMatchObject({ invocations: 350, unpriced_invocations: 0 });
    expect(Number(totals.cost_usd)).toBeGreaterThan(0);
  });

  it('are looked up once in a while, not for every question', async () => {
    let now = 0;
    const names = lookUp(join(await temporaryFolder(), 'profiles.json'), () => now);
    await names();
    await names();
    expect(asked).toHaveLength(3);
    now = 16 * 60_000;
    await names();
    expect(asked).toHaveLength(6);
  });

  it('are remembered after they were deleted', async () => {
    const memory = join(await temporaryFolder(), 'deep', 'profiles.json');
    await lookUp(memory)();
    profiles = [];
    expect((await lookUp(memory)()).aliases).toEqual([EXPECTED]);
  });

  it('stay unresolved where looking up is not allowed, and the report says so', async () => {
    denied = true;
    const names = lookUp(join(await temporaryFolder(), 'profiles.json'));
    const { close, ...context } = await composeSample();
    const report = await breakdown({ by: ['model'], ...OCTOBER }, { ...context, names });
    await close();
    expect(report.totals.unpriced_invocations).toBe(468);
    expect(report.notes.join()).toContain('bedrock:ListInferenceProfiles');
  });
});
