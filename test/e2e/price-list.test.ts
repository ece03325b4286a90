import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelIdentity } from '../../src/logs/model-id.ts';
import { cachedPriceList, openPriceList } from '../../src/prices/aws/index.ts';
import { pricesWithOverrides } from '../../src/prices/index.ts';
import type { OfferCode } from '../../src/prices/price-list/offer.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { offerFile, productTexts } from '../fixtures/price-list/offer-file.ts';
import type { Row } from '../fixtures/price-list/rows.ts';
import { CLIENT } from '../helpers/cloudwatch.ts';
import { runHere } from '../helpers/command.ts';
import { temporaryFolder } from '../helpers/log-files.ts';
import { composeSample, OCTOBER as OCTOBER_PERIOD } from '../helpers/sample.ts';

const DAY = 24 * 60 * 60_000;
const OCTOBER = Date.parse('2026-10-15T12:00:00Z');

const TOKYO = {
  model: 'amazon.nova-pro-v1:0',
  scope: 'geo',
  region: 'ap-northeast-1',
  tier: undefined,
  contextBand: 0,
  ratesFrom: OCTOBER,
} as const;

/** AWS's place for offer files. */
let files: Server;
/** The JSON 1.1 protocol of `pricing:GetProducts`; moto has no data for Bedrock. */
let api: Server;
/** What either was asked, in order. */
let asked: string[];
/** How the files answer. */
let serve: (code: OfferCode, region: string, request: IncomingMessage, response: ServerResponse) => void;
let listProducts: (code: OfferCode, region: string) => string[] | { status: number; error: string };
let cache: string;

const started = async (server: Server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};
const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as { port: number }).port}`;

beforeAll(async () => {
  files = await started(
    createServer((request, response) => {
      const [, code, region] =
        /^\/offers\/v1\.0\/aws\/(\w+)\/current\/([\w-]+)\/index\.json$/.exec(request.url ?? '') ?? [];
      asked.push(`file ${code} ${region} ${request.headers['if-none-match'] ?? ''}`.trim());
      serve(code as OfferCode, region as string, request, response);
    }),
  );
  api = await started(
    createServer(async (request, response) => {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
      const { ServiceCode, Filters, NextToken } = body;
      const region = Filters.find(({ Field }: { Field: string }) => Field === 'regionCode').Value;
      asked.push(`${request.headers['x-amz-target']} ${ServiceCode} ${region} ${NextToken ?? ''}`.trim());
      const listed = listProducts(ServiceCode, region);
      // Status 0: never.
      if (!Array.isArray(listed) && listed.status === 0) return;
      const answer = (status: number, value: object) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
      if (!Array.isArray(listed))
        return answer(listed.status, { __type: listed.error, message: 'arn:aws:iam::1:user/x' });
      const from = Number(NextToken ?? 0);
      const next = from + 5 < listed.length ? { NextToken: String(from + 5) } : {};
      return answer(200, { FormatVersion: 'aws_v1', PriceList: listed.slice(from, from + 5), ...next });
    }),
  );
});
afterAll(() => {
  files.close();
  api.close();
});
beforeEach(async () => {
  asked = [];
  cache = join(await temporaryFolder(), 'prices', 'list.json');
  serve = current();
  listProducts = () => ({ status: 400, error: 'AccessDeniedException' });
});

/** Files as AWS serves them, with an ETag of their publication date. */
function current(options: Parameters<typeof offerFile>[2] = {}): typeof serve {
  return (code, region, request, response) => {
    const file = offerFile(code, region, options);
    const etag = `"${file.version}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304).end();
    return response
      .writeHead(200, { etag, 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(JSON.stringify(file)));
  };
}

const refuse = (status: number) => (_: OfferCode, __: string, ___: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status).end('<Error/>');
};

const open = (more: Partial<Parameters<typeof openPriceList>[0]> = {}) =>
  openPriceList({
    regions: ['ap-northeast-1'],
    cache,
    now: () => OCTOBER,
    base: addressOf(files),
    client: { ...CLIENT, endpoint: addressOf(api), maxAttempts: 1 },
    ...more,
  });

const inputOf = ({ source }: Awaited<ReturnType<typeof open>>) => source.rate(TOKYO)?.rates.input.toFixed();

describe('the price list from its files', () => {
  it('prices by region, and is kept for its owner alone', async () => {
    const list = await open();
    expect([inputOf(list), list.notes]).toEqual(['0.96', []]);
    expect(asked).toEqual(['file AmazonBedrock ap-northeast-1', 'file AmazonBedrockFoundationModels ap-northeast-1']);
    expect((await stat(cache)).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(await readFile(cache, 'utf8'));
    expect(kept.offers[0]).toMatchObject({ published: '2026-09-11T12:44:08Z', fetched: '2026-10-15T12:00:00.000Z' });
    expect(JSON.stringify(kept)).not.toContain('priceDimensions');
  });

  it('is above our own table in the price book, with its notes', async () => {
    const { book } = await pricesWithOverrides(undefined, await open());
    expect([book.rate(TOKYO)?.source, book.notes]).toEqual(['price list', []]);
    expect((await pricesWithOverrides(undefined)).book.rate(TOKYO)?.source).toBe('own table');
  });

  it('that was read is used without asking, and its age is said after a week', async () => {
    await open();
    asked.length = 0;
    const soon = await cachedPriceList({ cache, now: () => OCTOBER + 6 * DAY });
    expect([inputOf(soon), soon.notes, asked]).toEqual(['0.96', [], []]);
    const { notes } = await cachedPriceList({ cache, now: () => OCTOBER + 53 * DAY });
    expect(notes).toEqual([
      'Prices are from AWS\'s price list of 2026-09-11, fetched 53 days ago. "bedrock-spend prices --refresh" reads it anew.',
    ]);
    const { close, ...context } = await composeSample();
    const { book } = await pricesWithOverrides(undefined, { ...soon, notes });
    const report = await breakdown({ by: ['model'], ...OCTOBER_PERIOD }, { ...context, prices: async () => book });
    await close();
    expect(report.notes).toContain(notes[0]);
  });

  it('is nothing where it was never read', async () => {
    const list = await cachedPriceList({ cache, now: () => OCTOBER });
    expect([inputOf(list), list.notes]).toEqual([undefined, []]);
  });

  it('is read by "prices --refresh" and used by the commands that follow', async () => {
    const env = { XDG_CACHE_HOME: dirname(cache), BEDROCK_SPEND_PRICE_LIST_URL: addressOf(files) };
    const run = async (...parameters: string[]) =>
      (await runHere(['prices', '--region', 'ap-northeast-1', ...parameters], env)).stdout;
    const price = () => run('amazon.nova-pro-v1:0', '--at', '2026-11-01');
    expect(await price()).toContain('From own table');
    expect(await run('--refresh')).toMatch(/^AmazonBedrock in ap-northeast-1, published 2026-09-11: \d+ prices$/m);
    expect(await price()).toContain('From price list');
  });

  it('is not fetched twice within a day', async () => {
    await open();
    const again = await open({ now: () => OCTOBER + DAY - 1 });
    expect([inputOf(again), asked.length]).toEqual(['0.96', 2]);
  });

  it('is asked for after a day only if it changed', async () => {
    await open();
    asked = [];
    const unchanged = await open({ now: () => OCTOBER + DAY });
    expect([inputOf(unchanged), asked[0]]).toEqual(['0.96', 'file AmazonBedrock ap-northeast-1 "20260911124408"']);
    const third = await open({ now: () => OCTOBER + 2 * DAY - 1 });
    expect([inputOf(third), asked.length]).toEqual(['0.96', 2]);
  });

  it('keeps former prices for the days they held', async () => {
    await open();
    const dearer = [
      ['APN1-NovaPro-input-tokens', '0.0010'],
      ['APN1-NovaPro-output-tokens', '0.0040'],
      ['APN1-NovaPro-cache-read-input-token-count', '0.0003'],
    ] as const;
    serve = current({
      rows: dearer.map(([type, usd]) => [type, { model: 'Nova Pro' }, '1K tokens', usd, 'invented']),
      published: '2026-10-16T00:00:00Z',
      effective: '2026-10-16',
    });
    // Both offers are served these rows; the marketplace's cannot be read and stays as it was.
    const { source } = await open({ now: () => OCTOBER + DAY });
    const on = (day: string) => source.rate({ ...TOKYO, ratesFrom: Date.parse(day) })?.rates.input.toFixed();
    expect([on('2026-10-15'), on('2026-10-16')]).toEqual(['0.96', '1']);
  });

  it('fetches only what another region needs, and keeps the rest', async () => {
    await open();
    asked = [];
    await open({ regions: ['ap-northeast-1', 'us-east-1', 'us-east-1'] });
    expect(asked).toEqual(['file AmazonBedrock us-east-1', 'file AmazonBedrockFoundationModels us-east-1']);
    await open({ regions: ['eu-west-1'] });
    asked = [];
    expect(inputOf(await open({ regions: ['ap-northeast-1', 'us-east-1'] }))).toBe('0.96');
    expect(asked).toEqual([]);
  });

  it('names what it does not understand', async () => {
    const list = await open({ regions: ['us-east-1'] });
    expect(list.unmapped).toContain('unknown model Acme Orion 1: 2, such as USE1-AcmeOrion-input-tokens in us-east-1');
    expect(list.contradictions).toEqual([
      'openai.gpt-5.6-terra in us-east-1, cache read tokens, global, standard tier: 0.2 or 0.25 USD per million',
    ]);
  });

  it('prices models that nobody has heard of, and tells a name that it cannot read once', async () => {
    const rows = (code: string): Record<OfferCode, Row[]> => ({
      AmazonBedrock: [
        ...tokens(`${code}-acme.orion-9-mantle-`, { model: 'Acme Orion 9' }, ['0.0010', '0.0040'], '-standard'),
        ...tokens(`${code}-zeta.quark-2.5-`, { model: 'zeta.quark-2.5' }, ['0.0020', '0.0080']),
        ...tokens(`${code}-Nova7.0Pro-`, { model: 'Nova 7.0 Pro' }, ['0.0030', '0.0120']),
        ...tokens(`${code}-Riddle-`, { model: 'The Riddle (2nd)' }, ['0.0010', '0.0010']),
      ],
      AmazonBedrockFoundationModels: [
        ['InputTokenCount', '6.60'],
        ['OutputTokenCount', '33.00'],
        ['InputTokenCount_Global', '6.00'],
        ['OutputTokenCount_Global', '30.00'],
      ].map(([counted, usd]) => [
        `${code}-MP:${code}_${counted}-Units`,
        { servicename: 'Claude Zephyr 6.1 (Amazon Bedrock Edition)' },
        '1M tokens',
        usd as string,
        'invented',
      ]),
    });
    const tokens = (stem: string, attributes: Row[1], [input, output]: [string, string], end = ''): Row[] => [
      [`${stem}input-tokens${end}`, attributes, '1K tokens', input, 'invented'],
      [`${stem}output-tokens${end}`, attributes, '1K tokens', output, 'invented'],
    ];
    serve = (code, region, request, response) =>
      current({ rows: rows(region === 'us-east-1' ? 'USE1' : 'APN1')[code] })(code, region, request, response);
    const list = await open({ regions: ['us-east-1', 'ap-northeast-1'] });
    const { book } = await pricesWithOverrides(undefined, list);
    const inputs = [
      'acme.orion-9',
      'zeta.quark-2.5',
      'zeta.quark-2.5-v1:0',
      'apac.amazon.nova-7-pro-v1:0',
      'global.anthropic.claude-zephyr-6-1',
      'us.anthropic.claude-zephyr-6-1-20260801-v1:0',
      'acme.orion-90',
    ].map((id) => {
      const { model, scope } = modelIdentity(id);
      return book.rate({ ...TOKYO, region: 'us-east-1', model, scope })?.rates.input.toFixed();
    });
    expect(inputs).toEqual(['1', '2', '2', '3', '6', '6.6', undefined]);
    expect(list.unmapped).toEqual(['unknown model The Riddle (2nd): 4, such as USE1-Riddle-input-tokens in us-east-1']);
  });

  it.each([
    ['damaged', '{"offers": ['],
    ['of another mapping', '{"mapping": "0000", "offers": []}'],
    ['with a rate that is no number', '{"offers":[{"rates":[{"usd":"1e3"}]}]}'],
  ])('reads again when the cache is %s', async (_, text) => {
    await open();
    await writeFile(cache, text);
    expect(inputOf(await open())).toBe('0.96');
    expect(asked).toHaveLength(4);
  });

  it('works without a place to keep it', async () => {
    await open();
    const inTheWay = join(cache, 'list.json');
    expect(inputOf(await open({ cache: inTheWay }))).toBe('0.96');
  });
});

describe('when the files cannot be had', () => {
  it('asks GetProducts, page by page', async () => {
    serve = refuse(403);
    listProducts = productTexts;
    const list = await open();
    expect([inputOf(list), list.notes]).toEqual(['0.96', []]);
    const pages = asked.filter((text) =>
      text.startsWith('AWSPriceListService.GetProducts AmazonBedrock ap-northeast-1'),
    );
    expect(pages).toEqual(
      ['', ' 5', ' 10', ' 15'].map((token) => `AWSPriceListService.GetProducts AmazonBedrock ap-northeast-1${token}`),
    );
  });

  it.each<[string, typeof serve, string]>([
    ['refused', refuse(403), 'HTTP 403'],
    ['gone', refuse(404), 'HTTP 404'],
    [
      'cut off',
      (code, region, _, response) => response.end(JSON.stringify(offerFile(code, region)).slice(0, 5000)),
      'not a price list',
    ],
    ['of something else', (_, __, ___, response) => response.end('<html>'), 'not a price list'],
    [
      'broken on the way',
      (_, __, ___, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{');
        setTimeout(() => response.destroy(), 20);
      },
      'UND_ERR_SOCKET',
    ],
    ['silent', () => {}, 'no answer within 0.3 s'],
    [
      'endless',
      (_, __, ___, response) => {
        const chunk = Buffer.alloc(8 * 1024 * 1024, ' ');
        for (let sent = 0; sent < 5; sent += 1) response.write(chunk);
      },
      'more than 32 MB',
    ],
    [
      'without any price we know',
      current({ rows: [['USE1-X-input-tokens', { model: 'X' }, '1K tokens', '1', 'invented']] }),
      'a price list without any price that we can read',
    ],
  ])('%s: says why, and that our own table is used', async (_, how, reason) => {
    serve = how;
    const list = await open({ timeoutMs: 300 + (reason.startsWith('no answer') ? 0 : 9_700) });
    const denied = 'pricing:GetProducts is not allowed for these credentials';
    expect(list.notes).toEqual([
      `AWS's price list could not be read, so our own table is used. AmazonBedrock in ap-northeast-1, AmazonBedrockFoundationModels in ap-northeast-1: ${reason}; ${denied}.`,
    ]);
    expect(inputOf(list)).toBeUndefined();
    await expect(stat(cache)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['UnrecognizedClientException', 400, 'no valid credentials for pricing:GetProducts'],
    ['ThrottlingException', 400, 'pricing:GetProducts did not answer'],
    ['NotFoundException', 400, 'pricing:GetProducts failed'],
  ])('says what %s means, and shows nothing of its message', async (error, status, reason) => {
    serve = refuse(403);
    listProducts = () => ({ status, error });
    const { notes } = await open();
    expect(notes[0]).toContain(`HTTP 403; ${reason}`);
    expect(notes[0]).not.toContain('arn:');
  });

  it('waits for GetProducts no longer than it should', async () => {
    serve = refuse(403);
    listProducts = () => ({ status: 0, error: '' });
    const { notes } = await open({ timeoutMs: 100 });
    expect(notes[0]).toContain('HTTP 403; pricing:GetProducts did not answer');
  });

  it('takes an empty answer for none', async () => {
    serve = refuse(403);
    listProducts = () => [];
    expect((await open()).notes[0]).toContain('HTTP 403; not a price list');
  });

  it('uses what was read before, and says so only after a week', async () => {
    await open();
    serve = refuse(503);
    const soon = await open({ now: () => OCTOBER + 7 * DAY });
    expect([inputOf(soon), soon.notes]).toEqual(['0.96', []]);
    const late = await open({ now: () => OCTOBER + 53 * DAY });
    expect([inputOf(late), late.notes]).toEqual([
      '0.96',
      [
        "Prices are from AWS's price list of 2026-09-11, fetched 53 days ago; it could not be refreshed (HTTP 503; pricing:GetProducts is not allowed for these credentials).",
      ],
    ]);
  });

  it('says which part is missing when the rest is there', async () => {
    serve = (code, region, request, response) =>
      (code === 'AmazonBedrock' ? current() : refuse(404))(code, region, request, response);
    const list = await open();
    expect(inputOf(list)).toBe('0.96');
    expect(list.notes).toEqual([
      "AWS's price list could not be read, so our own table is used. AmazonBedrockFoundationModels in ap-northeast-1: HTTP 404; pricing:GetProducts is not allowed for these credentials.",
    ]);
  });
});

describe('cancelling', () => {
  it('ends the download at once', async () => {
    const cancel = new AbortController();
    serve = () => cancel.abort();
    const opened = open({ signal: cancel.signal });
    await expect(opened).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('ends the second way, too', async () => {
    serve = refuse(403);
    const cancel = new AbortController();
    listProducts = () => {
      cancel.abort();
      return { status: 400, error: 'ThrottlingException' };
    };
    await expect(open({ signal: cancel.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
