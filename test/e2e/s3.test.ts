import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startMoto } from '../../rigs/moto.ts';
import { createFilesEngine } from '../../src/engines/files/index.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { quoteOf, textFromQuote } from '../../src/reports/quote.ts';
import { askedFromQuestion, breakdown } from '../../src/reports/usage/breakdown.ts';
import { answerOf } from '../helpers/answer.ts';
import { CLIENT } from '../helpers/cloudwatch.ts';
import { callOf, deliveryFolder, type Line, temporaryFolder, textOf } from '../helpers/log-files.ts';
import { composeSample, composeUnread, OCTOBER, SAMPLE_LOGS } from '../helpers/sample.ts';

const SECRET = 'planted-secret-4e1f';
const HOUR = deliveryFolder();

/** Of other bytes. */
const CHECKSUM = { headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } };

/** One request to S3, and how it is answered. */
interface Exchange {
  operation: 'LIST' | 'GET';
  key: string;
  /** That the request was signed for. */
  region: string | undefined;
  incoming: IncomingMessage;
  response: ServerResponse;
  /** The service's own answer, with changes. */
  forward(change?: {
    headers?: Record<string, string>;
    body?: (bytes: Buffer) => Buffer;
    query?: string;
    stall?: boolean;
  }): void;
}

let moto: Awaited<ReturnType<typeof startMoto>>;
let proxy: Server;
let setUp: S3Client;
let s3: S3ClientConfig;
let bucket: string;
let buckets = 0;
let exchanges: Exchange[] = [];
/** Answers instead of S3. */
let answer: (exchange: Exchange) => void;

beforeAll(async () => {
  moto = await startMoto();
  proxy = createServer((incoming, response) => {
    const exchange = exchangeOf(incoming, response);
    exchanges.push(exchange);
    answer(exchange);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const own = { ...CLIENT, region: 'us-east-1', forcePathStyle: true };
  setUp = new S3Client({ ...own, endpoint: moto.endpoint });
  s3 = {
    ...own,
    credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: SECRET, sessionToken: SECRET },
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    maxAttempts: 2,
  };
}, 60_000);
afterAll(() => {
  setUp.destroy();
  proxy.closeAllConnections();
  proxy.close();
  moto.close();
});
beforeEach(async () => {
  answer = ({ forward }) => forward();
  exchanges = [];
  bucket = `bedrock-logs-${++buckets}`;
  await setUp.send(new CreateBucketCommand({ Bucket: bucket }));
});

function exchangeOf(incoming: IncomingMessage, response: ServerResponse): Exchange {
  const url = new URL(incoming.url as string, moto.endpoint);
  const [, region] = /Credential=[^/]+\/\d+\/([^/]+)/.exec(incoming.headers.authorization ?? '') ?? [];
  const [, key = ''] = /^\/[^/]+\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
  const forward: Exchange['forward'] = ({
    headers = {},
    body = (bytes: Buffer) => bytes,
    query = '',
    stall = false,
  } = {}) => {
    const onward = request(`${url}${query}`, { method: incoming.method, headers: incoming.headers }, (own) => {
      const chunks: Buffer[] = [];
      own.on('data', (chunk: Buffer) => chunks.push(chunk));
      own.on('end', () => {
        const whole = Buffer.concat(chunks);
        const sent = body(whole);
        response.writeHead(own.statusCode as number, { ...own.headers, 'content-length': whole.length, ...headers });
        response.write(sent, () => {
          if (sent.length === whole.length) response.end();
          else if (!stall) response.destroy();
        });
      });
    });
    incoming.pipe(onward);
  };
  return { operation: key === '' ? 'LIST' : 'GET', key, region, incoming, response, forward };
}

/** Answers a request for one object, or a listing, in another way; all else as S3 does. */
function onRequest(operation: Exchange['operation'], key: string, instead: (exchange: Exchange) => void): void {
  answer = (exchange) =>
    exchange.operation === operation && exchange.key === key ? instead(exchange) : exchange.forward();
}

function refuse(status: number, code: string, headers: Record<string, string> = {}) {
  const message = `User: arn:aws:iam::111122223333:user/${SECRET} is not authorized`;
  return ({ response }: Exchange) =>
    void response
      .writeHead(status, { 'content-type': 'application/xml', ...headers })
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

async function put(key: string, content: readonly Line[] | Buffer, more: Partial<PutObjectCommandInput> = {}) {
  const text = Buffer.isBuffer(content) ? content : textOf(content);
  const Body = key.endsWith('.gz') && typeof text === 'string' ? gzipSync(text) : text;
  await setUp.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ...more }));
}

async function remove(key: string): Promise<void> {
  await setUp.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

/** Asks with an engine of its own, as the next command would. */
async function ask(
  options: { source?: string; ledger?: string | false; signal?: AbortSignal; client?: S3ClientConfig } = {},
) {
  const { source = `s3://${bucket}`, ledger = false, signal, client = {} } = options;
  const engine = await createFilesEngine({ source, ledger, s3: { ...s3, ...client } });
  try {
    return await answerOf(engine, { signal });
  } finally {
    await engine.close();
  }
}

async function counts(options: Parameters<typeof ask>[0] = {}) {
  const { coverage, rows } = await ask(options);
  const { files, records, damagedFiles, skippedFiles } = coverage;
  const input = rows.reduce((sum, row) => sum + row.input, 0);
  return { files, records, input, skipped: skippedFiles, damaged: damagedFiles.map(({ path }) => path) };
}

/** Keys that were fetched since the last time this was asked. */
function fetched(): string[] {
  const keys = exchanges.filter(({ operation }) => operation === 'GET').map(({ key }) => key);
  exchanges = [];
  return keys.sort();
}

async function quoteOctober(context: ReportContext) {
  return quoteOf(await askedFromQuestion({ by: ['model'], ...OCTOBER }, context), context);
}

async function temporaryLedger(): Promise<{ folder: string; ledger: string }> {
  const folder = await temporaryFolder();
  return { folder, ledger: join(folder, 'ledger.duckdb') };
}

describe('the sample month in S3', () => {
  const prefix = 'prod/bedrock';
  const sample = 'the-sample-month';
  let files: Awaited<ReturnType<typeof composeSample>>;

  beforeAll(async () => {
    files = await composeSample();
    bucket = sample;
    await setUp.send(new CreateBucketCommand({ Bucket: sample }));
    const names = await glob('**/*', { cwd: SAMPLE_LOGS });
    for (const name of names) await put(`${prefix}/${name}`, await readFile(join(SAMPLE_LOGS, name)));
    await put('prod/bedrock-eu/a.json', [callOf()]);
  }, 60_000);
  afterAll(() => files.close());

  async function over(source = `s3://${sample}/${prefix}`) {
    const engine = await createFilesEngine({ source, ledger: false, s3 });
    onTestFinished(() => engine.close());
    return { ...files, engine };
  }

  it('gives the report that the files give, over several pages of a listing, without a look into side objects', async () => {
    answer = ({ operation, forward }) => forward(operation === 'LIST' ? { query: '&max-keys=100' } : {});
    const context = await over();
    for (const by of [['model'], ['day', 'region'], ['principal', 'metadata.team']]) {
      const [ours, theirs] = [await breakdown({ by, ...OCTOBER }, context), await breakdown({ by, ...OCTOBER }, files)];
      expect(ours.tables).toEqual(theirs.tables);
      expect(ours.totals).toEqual(theirs.totals);
      expect(ours.coverage).toEqual({ ...theirs.coverage, source: context.engine.source });
    }
    expect(exchanges.filter(({ operation }) => operation === 'LIST').length).toBeGreaterThan(2);
    const keys = fetched();
    expect(keys.length).toBeGreaterThan(200);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key.includes('/data/') || key.includes('permission-check'))).toEqual([]);
  });

  it('is quoted by what is to be fetched, from a listing alone', async () => {
    const context = await over();
    const quote = await quoteOctober(context);
    expect(fetched()).toEqual([]);
    const unread = await composeUnread();
    expect(quote.bytes).toBe((await quoteOctober(unread)).bytes);
    await unread.close();
    const { coverage } = await breakdown({ by: ['model'], ...OCTOBER }, context);
    expect(fetched()).toHaveLength(coverage.files);
    // A LIST request and a GET request for each object: $0.005 and $0.0004 a thousand.
    expect(Number(quote.usd)).toBeCloseTo(0.000005 + coverage.files * 0.0000004, 12);
    expect(textFromQuote(quote)).toContain(`${coverage.files} GET and 1 LIST requests`);
    expect(await quoteOctober(context)).toMatchObject({ bytes: 0, usd: '0.000005' });
  });
});

describe('an object', () => {
  const key = `${HOUR}/a.json.gz`;

  it('is fetched once, again when its ETag changed, and forgotten when it was deleted', async () => {
    const { ledger } = await temporaryLedger();
    await put(key, [callOf({ input: 1 })]);
    await put(`${HOUR}/b.json`, [callOf({ input: 20 })]);
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 2, input: 21 });
    expect(fetched()).toEqual([key, `${HOUR}/b.json`]);
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 2, input: 21 });
    expect(fetched()).toEqual([]);
    await put(`${HOUR}/b.json`, [callOf({ input: 30 })]);
    await put(`${HOUR}/c.json`, [callOf({ input: 400 })]);
    expect(await counts({ ledger })).toMatchObject({ files: 3, records: 3, input: 431 });
    expect(fetched()).toEqual([`${HOUR}/b.json`, `${HOUR}/c.json`]);
    await remove(key);
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 2, input: 430 });
    expect(fetched()).toEqual([]);
  });

  it('that comes is seen a minute after the last listing', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    await put(key, [callOf()]);
    const engine = await createFilesEngine({ source: `s3://${bucket}`, ledger: false, s3 });
    onTestFinished(() => engine.close());
    const records = async () => (await answerOf(engine)).coverage.records;
    expect(await records()).toBe(1);
    await put(`${HOUR}/b.json`, [callOf()]);
    vi.advanceTimersByTime(59_000);
    expect(await records()).toBe(1);
    expect(exchanges).toHaveLength(2);
    vi.advanceTimersByTime(2_000);
    expect(await records()).toBe(2);
  });

  it('that is a side object, a marker or of another kind is never fetched', async () => {
    await put(key, [callOf()]);
    await put(`${HOUR}/data/r_input.json.gz`, [callOf()]);
    await put('AWSLogs/111122223333/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check', Buffer.from('x'));
    await put('README.md', Buffer.from('x'));
    await put('folder/', Buffer.alloc(0));
    expect(await counts()).toMatchObject({ files: 1, records: 1, skipped: 3 });
    expect(fetched()).toEqual([key]);
  });

  it('under a folder that is merely named data is a log, and so is one without an ending', async () => {
    await put('data/AWSLogs/a.JSON.GZ', gzipSync(textOf([callOf()])));
    await put('data/bedrock-1-2026-10-05-10-00-00-abc', [callOf()]);
    await put(`data/${HOUR}/data/r_output.json.gz`, [callOf()]);
    await put('.hidden/a.json', [callOf()]);
    expect(await counts()).toMatchObject({ files: 2, records: 2, skipped: 2 });
    expect(await counts({ source: `s3://${bucket}/data/${HOUR}/data/` }).catch(({ code }) => code)).toBe('NO_RECORDS');
    expect(await counts({ source: `s3://${bucket}/data/bedrock-1-2026-10-05-10-00-00-abc` })).toMatchObject({
      files: 1,
    });
  });

  it('can be the whole source, and a folder is not the beginning of another’s name', async () => {
    await put('logs/a.json', [callOf({ input: 1 })]);
    await put('logs/a.json.gz', [callOf({ input: 20 })]);
    await put('logs-eu/a.json', [callOf({ input: 300 })]);
    const input = async (path: string) => (await counts({ source: `s3://${bucket}/${path}` })).input;
    expect(await input('logs/a.json')).toBe(1);
    expect([await input('logs'), await input('logs/'), await input('')]).toEqual([21, 21, 321]);
  });

  it('that is a truncated gzip is named, left out whole and not fetched again', async () => {
    const { ledger } = await temporaryLedger();
    const whole = gzipSync(textOf([callOf(), callOf()]));
    await put(key, whole.subarray(0, whole.length - 9));
    await put(`${HOUR}/b.json`, [callOf()]);
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 1, damaged: [key] });
    fetched();
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 1, damaged: [key] });
    expect(fetched()).toEqual([]);
  });

  it.each<[what: string, change: Parameters<Exchange['forward']>[0]]>([
    ['ends early', { body: (bytes) => bytes.subarray(0, -5) }],
    ['ends early and has a checksum', { ...CHECKSUM, body: (bytes) => bytes.subarray(0, -5) }],
    ['comes with another checksum', CHECKSUM],
    ['stops coming', { body: (bytes) => bytes.subarray(0, -5), stall: true }],
  ])('whose answer %s is fetched again', async (_, change) => {
    await put(key, [callOf(), callOf()]);
    let attempts = 0;
    onRequest('GET', key, ({ forward }) => forward(++attempts < 3 ? change : {}));
    // So short only here: elsewhere a busy machine would look like a connection that has stopped.
    const client = { requestHandler: { socketTimeout: 2_500 } };
    expect(await counts({ client })).toMatchObject({ records: 2, damaged: [] });
    expect(attempts).toBe(3);
  });

  it('whose answers all end early is named as damaged, and read the next time', async () => {
    const { ledger } = await temporaryLedger();
    await put(key, [callOf(), callOf()]);
    await put(`${HOUR}/b.json`, [callOf()]);
    onRequest('GET', key, ({ forward }) => forward({ body: (bytes) => bytes.subarray(0, -5) }));
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 1, damaged: [key] });
    answer = ({ forward }) => forward();
    fetched();
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 3, damaged: [] });
    expect(fetched()).toEqual([key]);
  });

  it('that was deleted since the listing is no damage', async () => {
    await put(key, [callOf()]);
    await put(`${HOUR}/b.json`, [callOf()]);
    onRequest('GET', key, refuse(404, 'NoSuchKey'));
    expect(await counts()).toMatchObject({ files: 1, records: 1, damaged: [] });
  });

  it('in an archive is not fetched but counted, and stays known when it was read before', async () => {
    const { ledger } = await temporaryLedger();
    const call = callOf();
    await put(key, [call]);
    await put('old.json', [callOf()], { StorageClass: 'DEEP_ARCHIVE' });
    const asked = await ask({ ledger });
    const notes = [expect.stringMatching(/^1 log files are in an archive/)];
    expect(asked.coverage).toMatchObject({ files: 1, records: 1, notes });
    expect(fetched()).toEqual([key]);
    await put(key, [call], { StorageClass: 'GLACIER' });
    expect(await ask({ ledger })).toEqual(asked);
    expect(fetched()).toEqual([]);
  });

  it('that was restored from an archive is fetched', async () => {
    await put(key, [callOf()]);
    const restored = '<RestoreStatus><RestoreExpiryDate>2026-12-21T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>';
    const object = `<Key>${key}</Key><Size>1</Size><ETag>"1"</ETag><StorageClass>GLACIER</StorageClass>${restored}`;
    onRequest('LIST', '', ({ response }) => {
      response.end(`<ListBucketResult><Contents>${object}</Contents></ListBucketResult>`);
    });
    expect(await counts()).toMatchObject({ files: 1, records: 1 });
  });

  it('that S3 itself has moved to an archive tier is counted, too', async () => {
    await put(key, [callOf()]);
    await put(`${HOUR}/b.json`, [callOf()]);
    onRequest('GET', key, refuse(403, 'InvalidObjectState'));
    const { coverage } = await ask();
    expect(coverage).toMatchObject({ files: 1, notes: [expect.stringContaining('Have them restored')] });
  });
});

describe('what can go wrong', () => {
  const key = `${HOUR}/a.json`;
  const list = (refusal: ReturnType<typeof refuse>) => onRequest('LIST', '', refusal);
  const get = (refusal: ReturnType<typeof refuse>) => onRequest('GET', key, refusal);

  beforeEach(() => put(key, [callOf()]));

  it.each<[what: string, plan: () => void, code: string, words: RegExp]>([
    ['listing is denied', () => list(refuse(403, 'AccessDenied')), 'ACCESS_DENIED', /refused to list .*s3:ListBucket/],
    [
      'reading is denied',
      () => get(refuse(403, 'AccessDenied')),
      'ACCESS_DENIED',
      /refused to read s3:.*a\.json\. .*s3:GetObject .*kms:Decrypt/,
    ],
    [
      'the bucket does not exist',
      () => list(refuse(404, 'NoSuchBucket')),
      'SOURCE_NOT_FOUND',
      /no bucket of that name/,
    ],
    ['S3 is unwell', () => get(refuse(503, 'ServiceUnavailable')), 'UPSTREAM_BUSY', /did not answer/],
    ['credentials have expired', () => list(refuse(400, 'ExpiredToken')), 'INVALID_CREDENTIALS', /expired/],
  ])('is said in our words: %s', async (_, plan, code, words) => {
    plan();
    const error = await ask().catch((error) => error);
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(error.message).toContain(bucket);
    expect(`${error.stack}${JSON.stringify(error)}${error.cause?.stack}`).not.toContain(SECRET);
  });

  it('leaves nothing damaged behind that was only not allowed', async () => {
    const { ledger } = await temporaryLedger();
    await put(`${HOUR}/b.json`, [callOf()]);
    get(refuse(403, 'AccessDenied'));
    await expect(ask({ ledger })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    answer = ({ forward }) => forward();
    expect(await counts({ ledger })).toMatchObject({ files: 2, records: 2, damaged: [] });
  });

  it('is said of a prefix without log files', async () => {
    await put('other/readme.md', Buffer.from('x'));
    await expect(ask({ source: `s3://${bucket}/other` })).rejects.toMatchObject({
      code: 'NO_RECORDS',
      message: expect.stringContaining('1 other file passed over'),
    });
    await expect(ask({ source: `s3://${bucket}/nowhere` })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining(`There is nothing under s3://${bucket}/nowhere/`),
    });
  });

  it('is not that the bucket is in another region', async () => {
    answer = (exchange) =>
      exchange.region === 'eu-west-1'
        ? exchange.forward()
        : refuse(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1' })(exchange);
    expect(await counts({ source: `s3://${bucket}?region=us-west-2` })).toMatchObject({ records: 1 });
    expect(exchanges.map(({ region }) => region)).toEqual(['us-west-2', 'eu-west-1', 'eu-west-1']);
  });

  it('leaves no fetched file when it is cancelled, and the next answer is right', async () => {
    const { folder, ledger } = await temporaryLedger();
    for (let file = 0; file < 120; file++) await put(`${HOUR}/more-${file}.json`, [callOf()]);
    const cancel = new AbortController();
    const seen: string[] = [];
    let gets = 0;
    answer = async ({ operation, forward }) => {
      if (operation === 'LIST') return forward();
      seen.push(...(await readdir(`${ledger}.fetched`)));
      if (++gets < 110) return forward();
      cancel.abort();
    };
    await expect(ask({ ledger, signal: cancel.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen.length).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['ledger.duckdb']);
    answer = ({ forward }) => forward();
    expect(await counts({ ledger })).toMatchObject({ files: 121, records: 121, damaged: [] });
    expect(await readdir(folder)).toEqual(['ledger.duckdb']);
  });
});
