import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDynamoDB } from '../../../rigs/dynamodb.ts';
import { usdFromText } from '../../domain/money.ts';
import { runToEnd } from '../queries.ts';
import { createDayLimits, createMemoryDaySums, type DaySums } from './day-limits.ts';
import { createDynamoDaySums } from './dynamodb/day-sums.ts';
import { createScanBudget } from './scan-budget.ts';

const budgetOf = (maxUsd: string) => createScanBudget({ maxUsd: usdFromText(maxUsd) });

describe('the budget of a question', () => {
  it('is drawn from by all of its scans', async () => {
    const budget = budgetOf('2');
    await budget.take({ usd: '1' });
    await budget.take({ usd: '1' });
    await expect(budget.take({ usd: '0.01' })).rejects.toMatchObject({
      code: 'SCAN_TOO_EXPENSIVE',
      message: expect.stringMatching(/for \$0\.01, after \$2\.00 that it has cost already, more than the \$2\.00 /),
    });
    expect(budget.taken()).toBe('2');
  });

  it('is not overdrawn by scans that start at the same time', async () => {
    const budget = budgetOf('2');
    const takes = await Promise.allSettled(['1', '1', '1', '1'].map((usd) => budget.take({ usd })));
    expect(takes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });

  it('does not get back what a query may cost whose start was not answered', async () => {
    const budget = budgetOf('1');
    const query = { key: 'a', quote: async () => ({ usd: '0.6' }), follow: async () => 'done', stop: async () => {} };
    const lost = { ...query, start: () => Promise.reject(new Error('socket hang up')) };
    await expect(runToEnd(lost, { budget })).rejects.toThrow('socket hang up');
    await expect(runToEnd(lost, { budget })).rejects.toMatchObject({ code: 'SCAN_TOO_EXPENSIVE' });
  });

  it('gets back what a query did not cost that could not start', async () => {
    const budget = budgetOf('1');
    const query = { key: 'a', quote: async () => ({ usd: '0.6' }), follow: async () => 'done', stop: async () => {} };
    const refused = {
      ...query,
      start: () => Promise.reject(Object.assign(new Error('too many queries'), { $fault: 'client' })),
    };
    await expect(runToEnd(refused, { budget })).rejects.toThrow('too many queries');
    const started = { ...query, start: async () => 'id' };
    expect(await runToEnd(started, { budget })).toBe('done');
    await expect(runToEnd(started, { budget })).rejects.toMatchObject({ code: 'SCAN_TOO_EXPENSIVE' });
  });

  it('counts what an earlier run of the question took', async () => {
    const budget = budgetOf('2');
    budget.resume('1.5');
    expect(() => budget.check({ usd: '0.6' })).toThrow('after $1.50');
  });

  it('takes nothing whose price nobody knows', async () => {
    await expect(budgetOf('2').take({ usd: undefined })).rejects.toThrow('an unknown sum');
  });
});

describe.each<[string, () => Promise<{ sums: DaySums; close(): Promise<void> }>]>([
  ['in memory', async () => ({ sums: createMemoryDaySums(), close: async () => {} })],
  [
    'in the sessions’ table',
    async () => {
      const { table, config, close } = await startDynamoDB();
      return { sums: createDynamoDaySums(table, config), close };
    },
  ],
])('limits of a day, counted %s', (_, open) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let now: number;
  beforeEach(async () => {
    opened = await open();
    now = Date.parse('2026-11-30T23:00Z');
  });
  afterEach(() => opened.close());

  const limits = (maxUsd: string | undefined, maxClientUsd: string | undefined) => {
    const [whole, client] = [maxUsd, maxClientUsd].map((text) => (text === undefined ? undefined : usdFromText(text)));
    return createDayLimits({ sums: opened.sums, maxUsd: whole, maxClientUsd: client, now: () => now });
  };
  const outcome = (taking: Promise<unknown>) =>
    taking.then(
      () => 'taken',
      (error: Error) => error.message,
    );

  it('hold for everybody together, until midnight UTC', async () => {
    const limitOf = limits('1.00', undefined);
    await limitOf('key:a').take(usdFromText('0.4'));
    await limitOf('key:b').take(usdFromText('0.6'));
    expect(await outcome(limitOf(undefined).take(usdFromText('0.000001')))).toMatch(
      /more than the \$1\.00 that this server may spend in a day .* after midnight UTC/,
    );
    now += 3_600_000;
    expect(await outcome(limitOf('key:a').take(usdFromText('1')))).toBe('taken');
  });

  it('hold for each client, and what one is refused is not counted for all', async () => {
    const limitOf = limits('2', '0.5');
    await limitOf('key:a').take(usdFromText('0.5'));
    for (let time = 0; time < 3; time++)
      expect(await outcome(limitOf('key:a').take(usdFromText('0.5')))).toContain('$0.50 that you may spend');
    for (const key of ['b', 'c', 'd'])
      expect(await outcome(limitOf(`key:${key}`).take(usdFromText('0.5')))).toBe('taken');
    expect(await outcome(limitOf('key:e').take(usdFromText('0.1')))).toContain('this server may spend');
    expect(await outcome(limits('3', '0.1')('key:e').take(usdFromText('0.1')))).toBe('taken');
  });

  it('are not overdrawn by two at the same time', async () => {
    const limitOf = limits('1', undefined);
    const takes = await Promise.all(['a', 'b', 'c', 'd'].map((key) => outcome(limitOf(key).take(usdFromText('0.5')))));
    expect(takes.filter((what) => what === 'taken')).toHaveLength(2);
  });

  it('get back what was not spent on the day it was taken', async () => {
    const limitOf = limits('1', undefined);
    const giveBack = await limitOf('key:a').take(usdFromText('1'));
    now += 3_600_000;
    await limitOf('key:a').take(usdFromText('1'));
    await giveBack();
    expect(await outcome(limitOf('key:a').take(usdFromText('0.1')))).not.toBe('taken');
  });

  it('get back what a client took where the server’s sum does not answer', async () => {
    const broken: DaySums = {
      add: (day, of, usd, most) =>
        of === 'server' ? Promise.reject(new Error('no table')) : opened.sums.add(day, of, usd, most),
    };
    const options = { maxUsd: usdFromText('1'), maxClientUsd: usdFromText('1'), now: () => now };
    const taking = createDayLimits({ ...options, sums: broken })('key:a').take(usdFromText('1'));
    await expect(taking).rejects.toThrow('no table');
    expect(await outcome(limits('1', '1')('key:a').take(usdFromText('1')))).toBe('taken');
  });

  it('get back what was not spent, to the last digit', async () => {
    const limitOf = limits('0.3', '0.3');
    const giveBack = await limitOf('key:a').take(usdFromText('0.1'));
    await limitOf('key:a').take(usdFromText('0.2'));
    await giveBack();
    expect(await outcome(limitOf('key:a').take(usdFromText('0.1')))).toBe('taken');
    expect(await outcome(limitOf('key:a').take(usdFromText('0.000000001')))).not.toBe('taken');
  });
});

it('a table that does not answer stops scans, in one line', async () => {
  const config = {
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  };
  const adding = createDynamoDaySums('sessions', config).add(
    '2026-11-30',
    'server',
    usdFromText('1'),
    usdFromText('2'),
  );
  await expect(adding).rejects.toMatchObject({ name: 'SpendError', message: expect.not.stringContaining('\n') });
});
