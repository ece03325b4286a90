import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccessControl } from './access-control.ts';
import type { AuditEntry } from './audit.ts';
import { PERSONAL_DIMENSIONS } from './pseudonyms.ts';

const KEY = 'planted-pseudonym-key-of-32-characters';
const client = { principal: 'key:k1', name: 'bot', claims: {} };
const open = (options: Parameters<typeof openAccessControl>[0]) =>
  openAccessControl(
    options,
    async () => ['get_price'],
    () => {},
  );

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-access-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('access', () => {
  it('is everything for everybody where nothing is set', async () => {
    const { rightsOf, audit } = await open({});
    expect(rightsOf(undefined)).toEqual({ rule: 'none', sees: 'everything', pseudonyms: undefined, tools: undefined });
    expect(audit).toBeUndefined();
  });

  it('reads its policy from a file, or from the setting itself', async () => {
    const file = join(folder, 'policy.yaml');
    await writeFile(file, 'rules: [{ match: { key: bot }, see: everything }]');
    expect((await open({ policy: file })).rightsOf(client).sees).toBe('everything');
    const inline = await open({ policy: ' {"rules":[{"match":{"key":"bot"},"see":"everything"}]}' });
    expect(inline.rightsOf(client).sees).toBe('everything');
    expect(inline.rightsOf(undefined).sees).toBe('nothing');
  });

  it('hides people from everybody where that is set, and more where a rule says so', async () => {
    const policy = '{"rules":[{"see":"everything","pseudonyms":["metadata.user"]}]}';
    const { rightsOf } = await open({ pseudonyms: ['metadata.owner'], pseudonymKey: KEY, policy });
    expect(rightsOf(client).pseudonyms?.dimensions).toEqual([
      ...PERSONAL_DIMENSIONS,
      'metadata.owner',
      'metadata.user',
    ]);
  });

  it.each([
    [{ policy: '/nowhere/policy.yaml' }, /\/nowhere\/policy.yaml cannot be read \(ENOENT\)/],
    [{ pseudonyms: [] }, /set BEDROCK_SPEND_PSEUDONYM_KEY/],
    [{ audit: '/nowhere/audit.log' }, /\/nowhere\/audit.log cannot be written \(ENOENT\)/],
  ])('does not open with %j', async (options, message) => {
    await expect(open(options)).rejects.toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringMatching(message),
    });
  });

  it.skipIf(process.platform !== 'linux')('says what to do where the audit file cannot be written', async () => {
    await expect(open({ audit: '/sys/audit.log' })).rejects.toThrow(
      /^The audit file \/sys\/audit\.log: this user may not \(E\w+\)\. Give this user/,
    );
  });
});

describe('an audit file', () => {
  const entry: AuditEntry = {
    at: 0,
    client,
    rule: 'none',
    method: 'tools/call',
    target: 'get_price',
    input: {},
    outcome: 'ok',
    ms: 1.4,
  };

  it('is only its owner’s, and goes on where it was', async () => {
    const file = join(folder, 'audit.jsonl');
    for (let start = 0; start < 2; start++) (await open({ audit: file })).audit?.(entry);
    await expect.poll(async () => (await readFile(file, 'utf8')).split('\n').length).toBe(3);
    const [line = ''] = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(line)).toMatchObject({ time: '1970-01-01T00:00:00.000Z', principal: 'key:k1', ms: 1 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});
