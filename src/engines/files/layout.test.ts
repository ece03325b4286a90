import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerOf } from '../../../test/helpers/answer.ts';
import { callOf, type Line, temporaryFolder, writeFiles } from '../../../test/helpers/log-files.ts';
import { everything } from '../engine.ts';
import { createAttributeIds, nameWith } from './attribute-sets.ts';
import { createFilesEngine } from './index.ts';

async function places() {
  const folder = await temporaryFolder();
  return { source: join(folder, 'logs'), ledger: join(folder, 'ledger.duckdb') };
}

const put = (source: string, name: string, lines: readonly Line[]) => writeFiles(source, { [name]: lines });

async function ask(options: { source: string; ledger: string }) {
  const engine = await createFilesEngine(options);
  return answerOf(engine).finally(() => engine.close());
}

/** Looks into a ledger, or changes it, as no version of the program would. */
async function within(ledger: string, ...statements: string[]) {
  const instance = await DuckDBInstance.create(ledger);
  try {
    const connection = await instance.connect();
    let rows: Record<string, unknown>[] = [];
    for (const sql of statements) rows = (await connection.runAndReadAll(sql)).getRowObjects();
    connection.closeSync();
    return rows;
  } finally {
    instance.closeSync();
  }
}

describe('a ledger of another version', () => {
  const calls = [callOf({ input: 5 }), callOf({ input: 7 })];

  it.each([
    ['of another layout', ["UPDATE layout SET name = 'earlier'"]],
    ['from before layouts had names', ['DROP TABLE layout', 'DROP TABLE secret', 'ALTER TABLE hours DROP shape']],
  ])('%s is made anew from the logs, and the answer says so', async (_, statements) => {
    const options = await places();
    await put(options.source, 'a.json', calls);
    const before = await ask(options);
    await within(options.ledger, ...statements);
    const after = await ask(options);
    expect(after.rows).toEqual(before.rows);
    expect(after.coverage.notes).toEqual([expect.stringContaining('made anew')]);
    expect((await ask(options)).coverage.notes).toBeUndefined();
  });

  it('that is somebody else’s database is left alone', async () => {
    const options = await places();
    await put(options.source, 'a.json', calls);
    await within(options.ledger, 'CREATE TABLE invoices (id INTEGER)');
    const bytes = readFileSync(options.ledger);
    await expect(ask(options)).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      message: /no ledger of bedrock-spend/,
    });
    expect(readFileSync(options.ledger).equals(bytes)).toBe(true);
  });
});

describe('sets of attributes', () => {
  it('have names that nobody can know beforehand', async () => {
    const secrets = [];
    for (let ledger = 0; ledger < 2; ledger++) {
      const options = await places();
      await put(options.source, 'a.json', [callOf()]);
      await ask(options);
      secrets.push((await within(options.ledger, 'SELECT bytes::VARCHAR AS secret FROM secret'))[0]?.['secret']);
    }
    expect(new Set(secrets).size).toBe(2);
  });

  it('of one name are found out, and all get others', async () => {
    const options = await places();
    const [one, two, three] = ['a', 'b', 'c'].map((team) => callOf({ metadata: { team }, input: 9 }));
    await put(options.source, 'a.json', [one, two] as Line[]);
    await ask(options);
    const [before] = await within(options.ledger, 'SELECT bytes::VARCHAR AS secret FROM secret');
    // What a clash leaves: two different sets, one name.
    await within(options.ledger, 'UPDATE attributes SET id = 42', 'UPDATE records SET attributes = 42');
    await put(options.source, 'b.json', [three] as Line[]);
    const engine = await createFilesEngine(options);
    onTestFinished(() => engine.close());
    const from = Date.parse('2026-10-01T00:00:00Z');
    const { rows } = await engine.usage({ ...everything({ from, to: from + 31 * 86_400_000 }), by: ['metadata.team'] });
    expect(rows.map(({ key, input }) => [key['metadata.team'], input]).sort()).toEqual([
      ['a', 9],
      ['b', 9],
      ['c', 9],
    ]);
    await engine.close();
    const [after] = await within(options.ledger, 'SELECT bytes::VARCHAR AS secret FROM secret');
    expect(after).not.toEqual(before);
  });

  it.each([
    ['fields that run into each other', { account: '1\n2', region: '3' }, { account: '1', region: '2\n3' }],
    ['a quote', { account: '1","2', region: '3' }, { account: '1', region: '2","3' }],
    ['what is missing and what is empty in words', { caller: { arn: 'null' } }, { caller: { arn: undefined } }],
    ['metadata', { metadata: { a: 'b","c":"d' } }, { metadata: { a: 'b', c: 'd' } }],
  ])('that differ have different names: %s', (_, one, other) => {
    const ids = createAttributeIds(nameWith(Buffer.from('secret')), () => {});
    const nameOf = (fields: object) => {
      const { account, region, caller, metadata, ...call } = {
        ...callOf(),
        ...(fields as Partial<ReturnType<typeof callOf>>),
      };
      const logged = {
        accountId: account,
        region,
        identityArn: caller.arn,
        metadata,
        modelId: 'm',
        operation: call.operation,
      };
      const untold = { inferenceRegion: undefined, tier: undefined, errorCode: undefined, stopReason: undefined };
      const rest = { requestId: 'r', at: 0, latencyMs: undefined, firstByteMs: undefined, blocked: false };
      const tokens = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, cacheWriteKnown: 0 };
      return ids.idOf({ ...logged, ...untold, ...rest, tokens }).id;
    };
    expect(nameOf(one)).not.toBe(nameOf(other));
  });

  it('are the same whatever order their metadata has', () => {
    const text = (metadata: object) => JSON.stringify(Object.entries(metadata));
    expect(text({ a: '1', b: '2' })).not.toBe(text({ b: '2', a: '1' }));
    const found: string[] = [];
    const ids = createAttributeIds(nameWith(Buffer.from('secret')), ({ key }) => found.push(key));
    const base = {
      accountId: '1',
      region: 'r',
      operation: 'Converse',
      modelId: 'm',
      requestId: '',
      at: 0,
      blocked: false,
    };
    const untold = { identityArn: undefined, inferenceRegion: undefined, tier: undefined, errorCode: undefined };
    const rest = { stopReason: undefined, latencyMs: undefined, firstByteMs: undefined };
    const tokens = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, cacheWriteKnown: 0 };
    for (const metadata of [
      { a: '1', b: '2' },
      { b: '2', a: '1' },
    ])
      ids.idOf({ ...base, ...untold, ...rest, tokens, metadata });
    expect(found).toHaveLength(1);
  });
});
