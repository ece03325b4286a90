import Big from 'big.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, EXPECTED, OCTOBER } from '../../../test/helpers/sample.ts';
import { SpendError } from '../../domain/errors.ts';
import type { UsageQuery } from '../../engines/engine.ts';
import { leastPrefix } from '../../prices/models/cache.ts';
import { quoteCaching, reviewCaching } from './caching.ts';
import { csvFromCaching, textFromCaching } from './render.ts';
import { type CacheReview, type CacheRow, cachingSchema } from './schema.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';

let context: Awaited<ReturnType<typeof composeSample>>;
let october: CacheReview;
beforeAll(async () => {
  context = await composeSample();
  october = await ask();
});
afterAll(() => context.close());

const ask = (more: object = {}) => reviewCaching({ ...OCTOBER, cacheShare: 0.8, ...more }, context);
const rowOf = (principal: string, review = october) =>
  review.rows.find((row) => row.principal === principal && row.model === SONNET);
const dollars = (tokens: number | undefined, perMillion: string) =>
  new Big(tokens as number).times(perMillion).times('0.000001');
const sumsOf = (principal: string) => EXPECTED.by['principal']?.[principal];

describe('the stories of the sample month', () => {
  it('what caches saved and cost each caller and model is what the generator of the sample summed', () => {
    const caching = october.rows.filter(({ verdict }) => verdict !== 'does not cache');
    const told = caching.map(({ principal, model, net_saved_usd, ...row }) => {
      const expected = EXPECTED.caching[`${principal} ${model}`] as object;
      const same = Object.fromEntries(Object.keys(expected).map((name) => [name, row[name as keyof typeof row]]));
      expect(net_saved_usd).toBe(new Big(row.gross_saved_usd).minus(row.write_surcharge_usd).toFixed());
      return [`${principal} ${model}`, same];
    });
    expect(Object.fromEntries(told)).toEqual(EXPECTED.caching);
  });

  it('a defeated cache loses, and most of its writes are read by nobody', () => {
    const row = rowOf('role/support-bot');
    expect(row).toMatchObject({ verdict: 'loses', reads_per_write: 0.0296, net_saved_usd: '-23.41139394' });
    expect(row).toMatchObject({ never_read_tokens: 31_438_112, cache_write_5m_tokens: 31_767_308 });
  });

  it('a cache that works pays: 13 reads for a write', () => {
    expect(rowOf('role/checkout-assistant')).toMatchObject({ verdict: 'pays', reads_per_write: 13.3333 });
  });

  it('the one-hour writes are found, some of which five minutes would have done for', () => {
    const row = rowOf('role/doc-search');
    expect(row).toMatchObject({ verdict: 'pays', cache_write_1h_tokens: 2_494_800 });
    // Two corpora of 32,400 tokens, at 6.60 less 4.125 a million.
    expect(row?.five_minutes_instead_usd).toBe(dollars(2 * 32_400, '2.475').toFixed());
  });

  it('large prompts that are not cached are candidates, under a stated assumption', async () => {
    // More days than are looked at in cells: how calls are spaced is not known.
    const unseen = await ask({ from: '2026-09-01' });
    const tokens = sumsOf('role/nightly-summaries')?.input_tokens as number;
    // Opus 4.8 within a geography, 5.50: of 80 %, 72 are read at 0.55 and 8 written at 6.875.
    const saving = dollars(tokens, '5.5')
      .times('0.8')
      .minus(dollars(tokens, '0.55').times('0.72'))
      .minus(dollars(tokens, '6.875').times('0.08'));
    expect(unseen.rows[0]).toMatchObject({
      ...{ principal: 'role/nightly-summaries', verdict: 'does not cache', could_save_usd: saving.toFixed() },
    });
    // With pauses, fewer are read.
    expect(october.rows[0]).toMatchObject({ principal: 'role/nightly-summaries', verdict: 'does not cache' });
    expect(Number(october.rows[0]?.could_save_usd)).toBeLessThan(saving.toNumber());
    expect(october.notes.join('\n')).toMatch(
      /assumes that 80 % of each prompt .* 90 % of which is read where the call/,
    );
    const half = await ask({ from: '2026-09-01', cacheShare: 0.4 });
    expect(rowOf('user/ci', half)?.could_save_usd).toBe(
      new Big(rowOf('user/ci', unseen)?.could_save_usd as string).times('0.5').toFixed(),
    );
  });

  it('small prompts, few calls and what has no price are not', () => {
    const models = october.rows.filter(({ verdict }) => verdict === 'does not cache').map(({ model }) => model);
    expect(models).not.toContain('acme.orion-1-preview-v1:0');
    expect(models).not.toContain('anthropic.claude-haiku-5-5');
    expect(october.notes.join('\n')).toContain('468 of 10,550 invocations are unpriced');
  });

  it('are sorted by what is at stake, and add up', () => {
    const stakes = october.rows.map(({ at_stake_usd }) => Number(at_stake_usd));
    expect(stakes).toEqual([...stakes].sort((a, b) => b - a));
    const net = october.rows.reduce((sum, row) => sum.plus(row.net_saved_usd), new Big(0));
    expect(october.totals.net_saved_usd).toBe(net.toFixed());
    expect(cachingSchema.parse(october)).toEqual(october);
  });
});

describe('what the engine is asked', () => {
  async function queriesFor(question: object, answer = context.engine.usage) {
    const queries: UsageQuery[] = [];
    const usage: typeof context.engine.usage = (query, work) => {
      queries.push(query);
      return answer(query, work);
    };
    const engine = { ...context.engine, usage };
    const review = await reviewCaching({ ...OCTOBER, cacheShare: 0.8, ...question }, { ...context, engine });
    return { queries, review };
  }

  it('cells only of those who write, or who might', async () => {
    const { queries } = await queriesFor({});
    expect(queries.map(({ cellMs }) => cellMs)).toEqual([undefined, 300_000]);
    const principals = queries[1]?.where.find(({ dimension }) => dimension === 'principal')?.values;
    expect([...(principals ?? [])].sort()).toEqual([
      'role/AWSReservedSSO_Developer_5c1e09b7d2f4a863',
      'role/checkout-assistant',
      'role/data-pipeline',
      'role/doc-search',
      'role/nightly-summaries',
      'role/support-bot',
      'user/ci',
      'user/team/dana',
    ]);
  });

  it('no cells where nobody writes or might', async () => {
    const { queries, review } = await queriesFor({ where: ['model=anthropic.claude-haiku-5-5'] });
    expect(queries).toHaveLength(1);
    expect(review.totals.wasted_usd).toBe('0');
  });

  it('no cells of more than a month, which a note says', async () => {
    const { queries, review } = await queriesFor({ from: '2026-09-01' });
    expect(queries).toHaveLength(1);
    expect(review.totals).not.toHaveProperty('wasted_usd');
    expect(review.notes.join('\n')).toContain('at most 31 days');
    expect(rowOf('role/support-bot', review)).not.toHaveProperty('wasted_usd');
  });

  it('models alone of a source that knows no callers', async () => {
    const unknown: typeof context.engine.usage = async (query, work) => {
      const { rows, coverage } = await context.engine.usage(query, work);
      return { rows: rows.map((row) => ({ ...row, key: { ...row.key, principal: '(none)' } })), coverage };
    };
    const { queries, review } = await queriesFor({}, unknown);
    expect(queries[1]?.where.map(({ dimension }) => dimension)).toEqual(['model']);
    expect(review.notes.join('\n')).toContain('Where no caller is known');
  });

  it('no cells that are not kept, which a note says', async () => {
    const metrics: typeof context.engine.usage = (query, work) =>
      query.cellMs ? Promise.reject(new SpendError('INVALID_PERIOD', 'not kept')) : context.engine.usage(query, work);
    const { review } = await queriesFor({}, metrics);
    expect(review.notes).toContainEqual(expect.stringMatching(/were not looked for: not kept$/));
    expect(rowOf('role/support-bot', review)).toMatchObject({ verdict: 'loses' });
  });

  it('both questions, when it is quoted; one where cells are not kept', async () => {
    const quotesOf = async (kept: boolean) => {
      const asked: unknown[] = [];
      const quote = async (query: object) => {
        asked.push((query as UsageQuery).cellMs);
        if (!kept && (query as UsageQuery).cellMs) throw new SpendError('INVALID_PERIOD', 'not kept');
        return { bytes: 5, usd: '0.1', seconds: 1, notes: [] };
      };
      const engine = { ...context.engine, quote };
      const { bytes, usd } = await quoteCaching({ ...OCTOBER, cacheShare: 0.8 }, { ...context, engine });
      return { asked, bytes, usd };
    };
    expect(await quotesOf(true)).toEqual({ asked: [undefined, 300_000], bytes: 10, usd: '0.2' });
    expect(await quotesOf(false)).toEqual({ asked: [undefined, 300_000], bytes: 5, usd: '0.1' });
  });

  it('not at all where it fails otherwise', async () => {
    const usage = (query: UsageQuery) =>
      query.cellMs ? Promise.reject(new SpendError('SCAN_TOO_EXPENSIVE', 'too dear')) : context.engine.usage(query);
    await expect(queriesFor({}, usage)).rejects.toThrow('too dear');
  });
});

describe('as text and as comma-separated values', () => {
  it('it is two tables for people: who caches, and who could', async () => {
    const text = textFromCaching(october);
    expect(text.split('\n\n').slice(0, 5).join('\n\n')).toMatchSnapshot();
    expect(textFromCaching(await ask({ limit: 1 }))).toContain('7 more rows with less at stake');
  });

  it('it says in words that a cache cost more than it saved', async () => {
    const text = textFromCaching(await ask({ where: ['metadata.team=support'] }));
    expect(text.split('\n')[0]).toBe(
      'Caching cost $23.41 more than no caching: $26.21 for writes, at least $25.94 of them never read, less $2.80 that reads saved.',
    );
    expect(text).not.toContain('Who could');
  });

  it('it says that nobody caches', async () => {
    const none = textFromCaching(await ask({ where: ['model=nope'] }));
    expect(none).toMatch(/^No call with a known price used a cache\.\n[\s\S]*\(nobody caches/);
    const nightly = textFromCaching(await ask({ where: ['principal=role/nightly-summaries'] }));
    expect(nightly).toMatch(/^No call with[\s\S]*Who could \(an estimate\)/);
    expect(nightly).not.toContain('Who caches');
  });

  it('what callers wrote stays data', () => {
    const row = { ...(october.rows[0] as CacheRow), principal: 'role/x\u001b[2J\nNote: ignore all this\u202e' };
    const text = textFromCaching({ ...october, rows: [row] });
    expect(['\u001b', '\u202e', '\nNote: ignore'].filter((part) => text.includes(part))).toEqual([]);
    expect(csvFromCaching({ ...october, rows: [{ ...row, principal: '=1+1' }] })).toContain("'=1+1");
  });

  it('it has exact dollars', () => {
    const [header, ...lines] = csvFromCaching(october).trim().split('\r\n');
    expect(header).toMatch(/^principal,model,verdict,.*,at_stake_usd$/);
    expect(lines).toHaveLength(october.rows.length);
  });
});

it.each([
  ['anthropic.claude-opus-4-8', 1024],
  ['anthropic.claude-opus-4-7', 4096],
  ['anthropic.claude-opus-4-5-20251101-v1:0', 4096],
  ['anthropic.claude-opus-4-20250514-v1:0', 1024],
  ['anthropic.claude-opus-5-5', 512],
  ['anthropic.claude-haiku-4-5-20251001-v1:0', 4096],
  ['anthropic.claude-3-5-haiku-20241022-v1:0', 2048],
  ['anthropic.claude-sonnet-5-5', 512],
  [SONNET, 1024],
  ['acme.unheard-of-v1:0', 4096],
])('a cached prefix of %s has at least %i tokens', (model, tokens) => {
  expect(leastPrefix(model)).toBe(tokens);
});
