import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Big from 'big.js';
import { describe, expect, it } from 'vitest';
import { compose } from '../../src/compose.ts';
import { priceReport } from '../../src/reports/price/price.ts';
import { textFromReport } from '../../src/reports/render.ts';
import type { Report } from '../../src/reports/report.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import {
  type Call,
  callOf,
  type KnownModel,
  type Line,
  lineOf,
  recordOf,
  temporaryFolder,
  writeFiles,
} from '../helpers/log-files.ts';

/** What the README promises under "Why believe the numbers", sentence by sentence: each is shown on logs written for it. */

const SECTION = /## Why believe the numbers\n\n(.*?)\n\n## /s.exec(readFileSync('README.md', 'utf8'))?.[1] as string;

/** Of every point: what is in bold, and the sentences after it. */
const SENTENCES = SECTION.split('\n').flatMap((point) => {
  const [, bold = '', rest = ''] = /^- \*\*(.*?)\*\* (.*)$/.exec(point) ?? [];
  return [bold, ...rest.split(/(?<=\.) (?=[A-Z])/)];
});

const modelOf = (id: string): KnownModel => ({
  id,
  model: id,
  scope: 'in-region',
  provider: undefined,
  profile: undefined,
});
const NOVA = modelOf('amazon.nova-pro-v1:0');

async function folderOf(files: Readonly<Record<string, readonly Line[] | Buffer>>): Promise<string> {
  const folder = join(await temporaryFolder(), 'logs');
  await writeFiles(folder, files);
  return folder;
}

async function reportOn(source: string, by = ['model'], where: string[] = []): Promise<Report> {
  const { close, ...context } = await compose({ source, ledger: false });
  return breakdown({ by, where }, context).finally(close);
}

const reportOf = async (calls: readonly Line[], by?: string[]) => reportOn(await folderOf({ 'a.json': calls }), by);
/** Of each call alone. */
async function costsOf(...calls: Partial<Call>[]): Promise<(string | undefined)[]> {
  const own = calls.map((call, index) => callOf({ input: 0, output: 0, ...call, metadata: { call: String(index) } }));
  const { tables } = await reportOf(own, ['metadata.call']);
  const costs = new Map(tables[0]?.rows.map(({ key, cost_usd }) => [key['metadata.call'], cost_usd]));
  return calls.map((_, index) => costs.get(String(index)));
}

async function priceOf(model: string) {
  const { close, ...context } = await compose({ source: 'examples/sample-logs', ledger: false });
  const question = { model, region: 'us-east-1', tier: 'standard', prompt_tokens: 0 };
  return priceReport(question, await context.prices(), { aliases: [], notes: [] }, context.now) ?? close();
}

const PROOFS: Readonly<Record<string, () => Promise<void>>> = {
  'Money is exact.': async () => {
    const sevens = Array.from({ length: 1_000 }, () => callOf({ model: NOVA, input: 7, output: 3 }));
    // 7 x 0.80 and 3 x 3.20 millionths, a thousand times: floating point has it at 0.015199999999999…
    expect((await reportOf(sevens)).totals.cost_usd).toBe('0.0152');
  },
  'Rates are decimal text, sums never pass through floating point, and every rate names its source and date: `bedrock-spend prices us.anthropic.claude-opus-4-8`.':
    async () => {
      const price = await priceOf('us.anthropic.claude-opus-4-8');
      expect(price).toMatchObject({
        usd_per_million_tokens: { input: '5.5', output: '27.5', cache_read: '0.55' },
        origin: expect.stringMatching(/\w/),
        version: expect.stringMatching(/^\d{4}-\d{2}-\d{2}/),
        effective_from: expect.stringMatching(/\w/),
      });
      // Above 2^53 in millionths of a cent, and a digit at the end.
      const big = Array.from({ length: 9 }, () => callOf({ model: NOVA, input: 999_999_999, output: 999_999_999 }));
      expect((await reportOf([...big, callOf({ model: NOVA, input: 1, output: 0 })])).totals.cost_usd).toBe(
        new Big('8999999991').times('4').plus('0.8').times('0.000001').toFixed(),
      );
    },
  'A total is the same whatever it is broken down by.': async () => {
    const calls = [
      callOf({ model: NOVA, input: 10_000, output: 1_000 }),
      callOf({
        model: NOVA,
        input: 10_000,
        output: 1_000,
        cacheWrite: 5,
        cacheWrite1h: 5,
        caller: { arn: undefined, principal: undefined, session: undefined },
      }),
      callOf({ input: undefined, output: undefined }),
    ];
    const folder = await folderOf({ 'a.json': calls });
    for (const by of [['model'], ['principal'], ['day', 'session'], ['status', 'operation', 'hour']]) {
      const { totals, tables } = await reportOn(folder, by);
      expect(totals).toMatchObject({ invocations: 3, unpriced_invocations: 2, cost_usd: '0.0224' });
      const sum = tables[0]?.rows.reduce((total, { cost_usd }) => total.plus(cost_usd), new Big(0));
      expect(sum?.toFixed()).toBe('0.0224');
    }
  },
  'Unknown is not zero.': async () => {
    const report = await reportOf([callOf({ model: modelOf('acme.unheard-of'), input: 5 })]);
    expect(textFromReport(report)).toMatch(/acme\.unheard-of .* unpriced/);
  },
  'Tokens without a known rate are _unpriced_, and a call whose record carries no counts, or that is billed by query, image, second or speech, is of _unknown usage_.':
    async () => {
      const untold = { input: undefined, output: undefined };
      const models = [
        'amazon.rerank-v1:0',
        'stability.stable-image-core-v1:1',
        'amazon.nova-reel-v1:0',
        'amazon.nova-sonic-v1:0',
      ];
      const calls = [
        { model: modelOf('acme.unheard-of') },
        untold,
        ...models.map((id) => ({ model: modelOf(id), ...untold })),
      ];
      const report = await reportOf(calls.map((call) => callOf(call)));
      expect(report.totals.unpriced_reasons).toEqual({
        ...{ no_price: 1, no_counts: 1 },
        ...{ billed_by_query: 1, billed_by_image: 1, billed_by_second: 1, billed_by_speech: 1 },
      });
      expect(textFromReport(report)).toContain('1 unpriced, 5 of unknown usage and not in the dollars');
    },
  'Both are counted, named with the reason, and not in the dollars; what is known of a call is.': async () => {
    const calls = [
      callOf({ model: NOVA, input: 10_000, output: 1_000, cacheWrite: 5, cacheWrite1h: 5 }),
      callOf({ input: undefined, output: undefined }),
    ];
    const { totals, notes } = await reportOf(calls);
    expect(totals).toMatchObject({ cost_usd: '0.0112', unpriced_invocations: 2 });
    expect(notes).toContainEqual(
      expect.stringMatching(/no rate.*\(no_rate\) of amazon\.nova-pro-v1:0 \(1; 5 cache_write_1h_tokens\)/),
    );
    expect(notes).toContainEqual(
      expect.stringMatching(/no token counts.*\(no_counts\) of anthropic\.claude-sonnet-4-6 \(1\)/),
    );
  },
  'Routing counts.': async () => {
    const [bare, global] = await costsOf(
      { model: modelOf('anthropic.claude-sonnet-4-6'), input: 1_000_000 },
      { model: modelOf('global.anthropic.claude-sonnet-4-6'), input: 1_000_000 },
    );
    expect(bare).not.toBe(global);
  },
  'Claude 4.5 and later cost 10 % more through `us.` or a bare id than through `global.`; cache reads, 5-minute and 1-hour writes, tiers, long prompts and price changes each have their own rate.':
    async () => {
      const million = { input: 1_000_000 };
      const sonnet = (prefix: string) => modelOf(`${prefix}anthropic.claude-sonnet-4-6`);
      const haiku = modelOf('global.anthropic.claude-haiku-5-5');
      const sol = modelOf('global.openai.gpt-5.6-sol');
      const cases: [call: Partial<Call>, usd: string][] = [
        [{ model: sonnet('global.'), ...million }, '3'],
        [{ model: sonnet('us.'), ...million }, '3.3'],
        [{ model: sonnet(''), ...million }, '3.3'],
        [{ model: sonnet('global.'), cacheRead: 1_000_000 }, '0.3'],
        [{ model: sonnet('global.'), cacheWrite: 1_000_000 }, '3.75'],
        [{ model: sonnet('global.'), cacheWrite: 1_000_000, cacheWrite1h: 1_000_000 }, '6'],
        // Above 100,000 tokens the whole request costs five times as much.
        [{ model: haiku, input: 100_000 }, '0.01'],
        [{ model: haiku, input: 200_000 }, '0.1'],
        [{ model: sol, input: 100_000, at: '2026-08-20T12:00:00Z' }, '0.5'],
        [{ model: sol, input: 100_000, at: '2026-08-22T12:00:00Z' }, '0.4'],
      ];
      expect(await costsOf(...cases.map(([call]) => call))).toEqual(cases.map(([, usd]) => usd));
      const lite = { model: modelOf('amazon.nova-2-lite-v1:0'), ...million };
      const [flex, standard] = await costsOf({ ...lite, tier: 'flex' }, lite);
      expect(flex).not.toBe(standard);
    },
  'Nothing is lost silently.': async () => {
    await expect(reportOf(['no record'])).rejects.toMatchObject({ code: 'NO_RECORDS' });
  },
  'Records logged twice are merged, malformed lines counted, damaged and unreadable files named; a source without one record is an error; every report says what it covers.':
    async () => {
      const call = callOf({ input: 100 });
      const folder = await folderOf({
        'a.json': [{ ...call, input: 0, output: 0 }, call, '{}', '{"half":'],
        'b.json.gz': gzipSync(lineOf(callOf())).subarray(0, 40),
        'notes.json': ['{"shopping": "list"}'],
      });
      const report = await reportOn(folder);
      expect(report.coverage).toMatchObject({ records: 2, invocations: 1, duplicates: 1, malformed: 3 });
      expect(report.coverage.damaged_files).toEqual(['b.json.gz']);
      expect(report.notes.join('\n')).toMatch(/b\.json\.gz/);
      expect(report.notes.join('\n')).toMatch(/no log.*notes\.json/);
      expect(textFromReport(report)).toMatch(/Covers 2 records in 3 files of .*, 1 of them repeats/);
      const empty = await folderOf({ 'notes.json': ['{"shopping": "list"}'] });
      await expect(reportOn(empty)).rejects.toThrow(/no Bedrock invocation record in .*notes\.json/);
    },
  'Prompts stay where they are.': async () => {
    const report = await reportOf([withPrompt('xyzzy-the-prompt')]);
    expect(JSON.stringify(report)).not.toContain('xyzzy');
  },
  'Prompt and answer text is stepped over, byte by byte: it is never turned into a string, stored, logged or returned.':
    async () => {
      const secret = 'xyzzy-the-prompt';
      const source = await folderOf({ 'a.json': [withPrompt(secret)] });
      const ledger = join(await temporaryFolder(), 'ledger.duckdb');
      const { close, ...context } = await compose({ source, ledger });
      const made: string[] = [];
      const decode = Buffer.prototype.toString;
      Buffer.prototype.toString = function (this: Buffer, ...args: Parameters<Buffer['toString']>) {
        const text = decode.apply(this, args);
        made.push(text);
        return text;
      };
      try {
        await breakdown({ by: ['model', 'principal'] }, context);
      } finally {
        Buffer.prototype.toString = decode;
        await close();
      }
      expect(made.length).toBeGreaterThan(5);
      expect(made.filter((text) => text.includes(secret))).toEqual([]);
      expect(readFileSync(ledger).includes(secret)).toBe(false);
    },
};

function withPrompt(secret: string): string {
  const record = recordOf(callOf()) as { input: object; output: { outputBodyJson: object } };
  const body = { messages: [{ role: 'user', content: [{ text: secret }] }], system: secret };
  const answer = { ...record.output.outputBodyJson, output: { message: { content: [{ text: secret }] } } };
  return JSON.stringify({
    ...record,
    input: { ...record.input, inputBodyJson: body },
    output: { ...record.output, outputBodyJson: answer },
  });
}

describe('why believe the numbers', () => {
  it('every sentence is shown', () => {
    expect(SENTENCES).toEqual(Object.keys(PROOFS));
  });

  it.each(SENTENCES)('%s', { timeout: 60_000 }, async (sentence) => {
    await PROOFS[sentence]?.();
  });
});
