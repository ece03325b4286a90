import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupOf } from '../../../test/helpers/groups.ts';
import { HOUR_MS } from '../../domain/period.ts';
import type { UsageQuery, Work } from '../engine.ts';
import { createQueryRun } from '../queries.ts';
import { createKeptPool } from './kept-scans.ts';
import type { Scan } from './scan.ts';
import { NOTHING, type ScanResult } from './scan-result.ts';
import { forgivingStore, type ScanStore } from './scan-store.ts';
import { createScanningEngine, type ScanningOptions } from './scanning.ts';

const MINUTE = 60_000;
const HOUR = HOUR_MS;
const DAY = 24 * HOUR;
const START = 100 * DAY;
const GB = 1_000_000_000;

/** A request, by the minutes at which its records come to the logs. */
interface Request {
  minutes: readonly number[];
  model: string;
}

/** A record an hour for two days, and a request with a record in either of two hours. */
const LOGS: readonly Request[] = [
  ...Array.from({ length: 48 }, (_, hour) => ({ minutes: [hour * 60 + 30], model: hour % 2 ? 'a.a' : 'b.b' })),
  { minutes: [9 * 60 - 1, 9 * 60 + 1], model: 'a.a' },
];

/** What a query over the logs finds that have come by now: records of a request merged, and told by the first of them. */
function foundIn(requests: readonly Request[], scan: Scan, now: number): ScanResult {
  const { from, to, cellMs, edges = [] } = scan;
  const groups = requests.flatMap(({ minutes, model }) => {
    const times = minutes.map((minute) => START + minute * MINUTE).filter((at) => at >= from && at < to && at <= now);
    if (times.length === 0) return [];
    const first = Math.min(...times);
    const cell = cellMs === undefined ? from : Math.max(from, first - (first % cellMs));
    const at = Math.max(cell, edges.findLast((edge) => first >= edge) ?? from);
    const last = Math.max(...times);
    return groupOf({ modelId: model, at, first, last, records: times.length }, { modelId: model });
  });
  return { ...NOTHING, groups, bytes: GB };
}

function createMemoryStore() {
  const rows = new Map<string, Uint8Array>();
  const store: ScanStore = {
    get: async (key) => rows.get(key),
    async put(key, bytes) {
      rows.set(key, bytes);
    },
  };
  return { rows, store };
}

interface Options extends Partial<ScanningOptions> {
  store?: ScanStore | undefined;
  logs?: readonly Request[];
}

/** An instance of its own over the same logs. */
function instance({ store, now = () => START + 2 * DAY, logs = LOGS, ...options }: Options) {
  const scans: Scan[] = [];
  const engine = createScanningEngine({
    name: 'test',
    source: 'test:',
    async find(scan) {
      scans.push(scan);
      return foundIn(logs, scan, now());
    },
    quote: async ({ from, to }) => ({ bytes: (to - from) / HOUR, usd: '1', seconds: undefined, notes: [] }),
    notes: async () => [],
    requests: async () => ({ invocations: [], rest: undefined }),
    range: async () => ({ first: undefined, last: undefined }),
    metadataKeys: async () => [],
    close: async () => {},
    now,
    pool: createKeptPool(),
    shared: store && { store, identity: async () => 'these logs' },
    ...options,
  });
  const hours = () => scans.map(({ from, to }) => [(from - START) / HOUR, (to - START) / HOUR]);
  return { engine, scans, hours };
}

const question = (change: Partial<UsageQuery> = {}): UsageQuery => ({
  from: START,
  to: START + 3 * DAY,
  by: ['model'],
  where: [],
  buckets: {},
  rateChanges: [],
  aliasesOf: async () => [],
  ...change,
});

const byDay = question({
  by: ['model', 'day'],
  buckets: {
    day: [0, 1, 2].map((day) => ({ label: String(day), from: START + day * DAY, to: START + (day + 1) * DAY })),
  },
});

/** What an answer says, whatever the order of its rows. */
async function told(engine: ReturnType<typeof instance>['engine'], query: UsageQuery, work: Work = {}) {
  const { rows, coverage } = await engine.usage(query, work);
  const { notes, ...covered } = coverage;
  return { rows: rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort(), covered, notes };
}

const at = (hours: number) => () => START + hours * HOUR;

describe('what a scan found', () => {
  it.each([
    ['in sum', question()],
    ['by day', byDay],
  ])(
    '%s of a period that goes on is not scanned by another instance, but for the hours that are not settled',
    async (_, query) => {
      const { store } = createMemoryStore();
      const now = at(10.5);
      const [one, other, alone] = [instance({ store, now }), instance({ store, now }), instance({ now })];
      const first = await told(one.engine, query);
      const second = await told(other.engine, query);
      expect([one.hours(), other.hours()]).toEqual([[[0, 72]], [[8, 72]]]);
      const { notes, ...expected } = await told(alone.engine, query);
      expect(first).toEqual({ ...expected, notes });
      expect(second).toMatchObject(expected);
      expect(second.notes).toEqual([
        'What is older than 1970-04-11T09:00Z was not scanned again: it is as scans found it since 1970-04-11T10:30Z, kept in the session table.',
      ]);
    },
  );

  it('grows with the period, an hour after each hour', async () => {
    const { store } = createMemoryStore();
    const hours = [];
    for (const hour of [10.5, 10.9, 11, 30, 30.5]) {
      const { engine, hours: scanned } = instance({ store, now: at(hour) });
      const alone = instance({ now: at(hour) });
      expect(await told(engine, byDay)).toMatchObject({
        ...(await told(alone.engine, byDay)),
        notes: expect.anything(),
      });
      hours.push(scanned());
    }
    expect(hours).toEqual([[[0, 72]], [[8, 72]], [[8, 72]], [[9, 72]], [[28, 72]]]);
  });

  it('of a period that is over is not scanned again at all, and costs nothing', async () => {
    const { store } = createMemoryStore();
    const over = question({ to: START + 10 * HOUR });
    const [one, other] = [instance({ store }), instance({ store })];
    const { notes, ...first } = await told(one.engine, over);
    expect(await other.engine.quote(over)).toMatchObject({ bytes: 0, usd: '0' });
    expect(await told(other.engine, over)).toMatchObject(first);
    expect(other.scans).toEqual([]);
  });

  it('of a period that is over is kept with its lines that are no records', async () => {
    const { store } = createMemoryStore();
    const find: ScanningOptions['find'] = async (scan) => ({ ...foundIn(LOGS, scan, START), malformed: { torn: 2 } });
    const over = question({ to: START + 10 * HOUR });
    await instance({ store, find }).engine.usage(over);
    expect((await told(instance({ store }).engine, over)).covered).toMatchObject({ malformedReasons: { torn: 2 } });
  });

  it('is quoted by what is left to scan', async () => {
    const { store } = createMemoryStore();
    const [one, other] = [instance({ store, now: at(10.5) }), instance({ store, now: at(10.5) })];
    expect(await one.engine.quote(question())).toMatchObject({ bytes: 72, usd: '1' });
    await one.engine.usage(question());
    expect(await other.engine.quote(question())).toMatchObject({ bytes: 64, usd: '1' });
    const single = { ...question(), prices: [], limit: 1, unpricedLimit: 1 };
    expect(await other.engine.quote(single)).toMatchObject({ bytes: 64 + 72, usd: '2' });
  });

  it('is of its question alone, and of those who may see the same', async () => {
    const { store } = createMemoryStore();
    const over = { to: START + 10 * HOUR };
    await instance({ store }).engine.usage(question(over), { rights: 'a' });
    const region = [{ dimension: 'region' as const, values: ['us-east-1'] }];
    const others: [UsageQuery, Work, Options?][] = [
      [question({ ...over, from: START + 1 }), { rights: 'a' }],
      [question({ to: START + 11 * HOUR }), { rights: 'a' }],
      [question({ ...over, by: ['metadata.team'] }), { rights: 'a' }],
      [question({ ...over, cellMs: 2 * HOUR }), { rights: 'a' }],
      [question({ ...over, where: region }), { rights: 'a' }],
      [question({ ...over, only: { promptAtLeast: 5 } }), { rights: 'a' }],
      [question(over), { rights: 'b' }],
      [question(over), {}],
      [question(over), { rights: 'a' }, { shared: { store, identity: async () => 'other logs' } }],
    ];
    for (const [query, work, options] of others) {
      const { engine, scans } = instance({ store, ...options });
      await engine.usage(query, work);
      expect(scans).toHaveLength(1);
    }
    const { engine, scans } = instance({ store });
    await engine.usage(question({ ...over, by: ['principal', 'status'] }), { rights: 'a' });
    expect(scans).toEqual([]);
    // What came from the store is in memory now, and still nobody else’s.
    await engine.usage(question(over), { rights: 'c' });
    expect(scans).toHaveLength(1);
  });

  it('is kept a week from its first scan, however it grew', async () => {
    const { store } = createMemoryStore();
    const week = question({ to: START + 30 * DAY });
    for (const day of [1, 4, 7.5]) await instance({ store, now: at(24 * day) }).engine.usage(week);
    const { engine, hours } = instance({ store, now: at(24 * 8) });
    await engine.usage(week);
    expect(hours()).toEqual([[0, 720]]);
  });

  it.each<[string, (key: string, rows: Map<string, Uint8Array>) => void]>([
    ['damaged', (key, rows) => rows.set(key, (rows.get(key) as Uint8Array).with(30, 7))],
    ['gone', (key, rows) => rows.delete(key)],
    ['another question’s', (key, rows) => rows.set(key, rows.get([...rows.keys()][1] as string) as Uint8Array)],
  ])('is scanned again where it is %s, and is there once more', async (_, change) => {
    const { rows, store } = createMemoryStore();
    const over = question({ to: START + 10 * HOUR });
    const { engine } = instance({ store });
    const { notes, ...first } = await told(engine, over);
    await engine.usage(question({ to: START + 11 * HOUR }));
    change([...rows.keys()][0] as string, rows);
    const scanned = [];
    for (let number = 0; number < 2; number++) {
      const next = instance({ store });
      expect(await told(next.engine, over)).toMatchObject(first);
      scanned.push(next.scans.length);
    }
    expect(scanned).toEqual([1, 0]);
  });

  it.each<[string, Partial<ScanResult>]>([
    ['records that were not merged', { unmerged: 1 }],
    ['lines without a time', { malformed: { 'not JSON': 1 } }],
    ['a place that keeps nothing of the time', { outside: ['/group'] }],
    ['what is not known in full', { groups: [groupOf({ at: START, first: START, last: START, shape: 256 })] }],
    ['less to scan than to keep', { bytes: 1_000_000 }],
  ])('with %s is not kept', async (_, change) => {
    const { rows, store } = createMemoryStore();
    const find: ScanningOptions['find'] = async (scan) => ({ ...foundIn(LOGS, scan, 0), bytes: GB, ...change });
    await instance({ store, find }).engine.usage(question());
    expect(rows.size).toBe(0);
  });

  it('is not rewritten for less than that costs', async () => {
    const { rows, store } = createMemoryStore();
    await instance({ store, now: at(10.5) }).engine.usage(question());
    const before = [...rows.values()];
    const find: ScanningOptions['find'] = async (scan) => ({ ...foundIn(LOGS, scan, START + DAY), bytes: 1_000 });
    await instance({ store, find, now: at(20) }).engine.usage(question());
    expect([...rows.values()]).toEqual(before);
  });

  it('in the narrow way is asked for by who does not know yet that the wide one is too much', async () => {
    const { store } = createMemoryStore();
    const find: ScanningOptions['find'] = async (scan, _, once) =>
      once && scan.attributes.length > 0 ? undefined : foundIn(LOGS, scan, START + 2 * DAY);
    const over = question({ to: START + 10 * HOUR });
    const [one, other] = [instance({ store, find }), instance({ store })];
    await one.engine.usage(over);
    await other.engine.usage(over);
    expect(other.scans).toEqual([]);
  });

  it('is scanned whole where the rest has too many groups to be asked for at once', async () => {
    const { store } = createMemoryStore();
    const now = at(10.5);
    await instance({ store, now }).engine.usage(question());
    const hours: number[] = [];
    const find: ScanningOptions['find'] = async (scan, _, once) => {
      hours.push((scan.from - START) / HOUR);
      return once && scan.from > START ? undefined : foundIn(LOGS, scan, now());
    };
    const { notes, ...answer } = await told(instance({ store, now, find }).engine, question());
    expect(hours).toEqual([8, 0]);
    expect(answer).toMatchObject({ covered: { invocations: 12 } });
  });

  it('is asked for in the same words by all runs of a question, whatever others keep meanwhile', async () => {
    const { store } = createMemoryStore();
    const asked: string[] = [];
    const find: ScanningOptions['find'] = async (scan, work) => {
      const words = JSON.stringify(scan);
      await work.queries?.idOf(words, async () => String(asked.push(words)));
      return foundIn(LOGS, scan, START + 10.5 * HOUR);
    };
    const runOf = (ids: Readonly<Record<string, string>>) =>
      createQueryRun({ token: 'token', ids, waitMs: 0, run: Object.keys(ids).length > 0 ? 'again' : 'first' });
    const first = runOf({});
    await instance({ store, find, now: at(10.5) }).engine.usage(question(), { queries: first });
    const ids = await first.close();
    await instance({ store, now: at(11.5) }).engine.usage(question());
    await instance({ store, find, now: at(11.5) }).engine.usage(question(), { queries: runOf(ids) });
    expect(asked).toHaveLength(1);
  });

  it('is scanned where the store fails, which is logged once until it works again, and not asked for a minute', async () => {
    const { store } = createMemoryStore();
    const logged: string[] = [];
    let [time, gets, down] = [0, 0, true];
    const fails = () => Promise.reject(new Error('throttled'));
    const failing: ScanStore = {
      get: (key) => {
        gets++;
        return down ? fails() : store.get(key);
      },
      put: (key, bytes, expires) => (down ? fails() : store.put(key, bytes, expires)),
    };
    const forgiving = forgivingStore(failing, (message) => logged.push(message), { now: () => time });
    const ask = async (minutes: number) => {
      time = minutes * MINUTE;
      await instance({ store: forgiving }).engine.usage(question());
      return gets;
    };
    expect([await ask(0), await ask(0.9), await ask(1)]).toEqual([1, 1, 2]);
    down = false;
    await ask(3);
    down = true;
    await ask(4);
    expect(logged).toEqual(Array(2).fill('What scans found is not kept for other instances: throttled'));
  });

  it('is scanned where the store does not answer', async () => {
    const logged: string[] = [];
    const never = () => new Promise<never>(() => {});
    const forgiving = forgivingStore({ get: never, put: never }, (message) => logged.push(message), { waitMs: 10 });
    const { engine, scans } = instance({ store: forgiving });
    await engine.usage(question());
    expect(scans).toHaveLength(1);
    expect(logged).toEqual([expect.stringContaining('the session table did not answer within 0.01 s')]);
  });

  it('is not believed of an instance whose clock is ahead', async () => {
    const { store } = createMemoryStore();
    await instance({ store, now: at(11.5) }).engine.usage(question());
    const scanned = [];
    for (const hour of [10.9, 11.9]) {
      const { engine, hours } = instance({ store, now: at(hour) });
      await engine.usage(question());
      scanned.push(hours());
    }
    expect(scanned).toEqual([[[0, 72]], [[8, 72]]]);
  });

  it('is believed where clocks differ by seconds', async () => {
    const { store } = createMemoryStore();
    await instance({ store, now: at(11) }).engine.usage(question());
    const { engine, hours } = instance({ store, now: at(11 - 1 / 120) });
    await engine.usage(question());
    expect(hours()).toEqual([[9, 72]]);
  });

  it('has no metadata that nobody asked for', async () => {
    const { rows, store } = createMemoryStore();
    const metadata = { team: 'red', secret: 'hidden' };
    const groups = [groupOf({ at: START, first: START, last: START }, { metadata })];
    const find: ScanningOptions['find'] = async () => ({ ...NOTHING, groups, bytes: GB });
    await instance({ store, find }).engine.usage(question({ by: ['metadata.team'] }));
    const texts = [...rows.values()].map((bytes) => gunzipSync(bytes).toString());
    expect(texts).toEqual([expect.stringContaining('{"team":"red"}')]);
    expect(texts.join()).not.toContain('hidden');
  });
});

const minute = fc.nat({ max: 2 * 24 * 60 });

/** Later than what an instance has in memory is read again. */
const moment = fc.nat({ max: 180 }).map((number) => number * 16);

/** A second record comes within the hour. */
const request: fc.Arbitrary<Request> = fc
  .tuple(minute, fc.option(fc.nat({ max: 59 })), fc.constantFrom('a.a', 'b.b'))
  .map(([first, later, model]) => ({ minutes: later === null ? [first] : [first, first + later], model }));

describe('any instance at any time', () => {
  it('answers what a scan of everything would', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 60 }),
        fc.array(fc.tuple(moment, fc.boolean(), fc.nat({ max: 2 })), { minLength: 2, maxLength: 8 }),
        async (logs, questions) => {
          const { store } = createMemoryStore();
          let now = START;
          const clock = () => now;
          const instances = [0, 1, 2].map(() => instance({ store, logs, now: clock }).engine);
          for (const [after, days, number] of questions.sort(([a], [b]) => a - b)) {
            now = START + after * MINUTE;
            const query = days ? byDay : question();
            const answer = await told(instances[number] as (typeof instances)[number], query);
            const expected = await told(instance({ logs, now: clock }).engine, query);
            expect([answer.rows, answer.covered]).toEqual([expected.rows, expected.covered]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
