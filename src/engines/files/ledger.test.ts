import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Answer, answerOf } from '../../../test/helpers/answer.ts';
import {
  CALLERS,
  type Call,
  callOf,
  type Line,
  temporaryFolder,
  textOf,
  writeFiles,
} from '../../../test/helpers/log-files.ts';
import { HOUR_MS } from '../../domain/period.ts';
import { type Engine, everything, type Progress, type Work } from '../engine.ts';
import { rowsFrom } from './connection.ts';
import { createFolderStore } from './folder.ts';
import { createFilesEngine } from './index.ts';
import { ingest } from './ingest.ts';
import { createLedger, ledgerPath } from './ledger.ts';

const MEGABYTE = 1024 * 1024;

let folder: string;
let source: string;
let ledger: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  source = join(folder, 'logs');
  ledger = join(folder, 'ledger.duckdb');
  await mkdir(source);
});

async function engineOver(options: { ledger?: string | false } = {}): Promise<Engine> {
  const engine = await createFilesEngine({ source, ledger, ...options });
  onTestFinished(() => engine.close());
  return engine;
}

/** Asks with an engine of its own, as the next command would. */
async function ask(work: Work = {}, options: { ledger?: string | false } = {}): Promise<Answer> {
  const engine = await createFilesEngine({ source, ledger, ...options });
  try {
    return await answerOf(engine, work);
  } finally {
    await engine.close();
  }
}

/** What the files say now, without any ledger from before. */
function askAfresh(): Promise<Answer> {
  return ask({}, { ledger: false });
}

async function summary(work: Work = {}) {
  const { coverage, rows } = await ask(work);
  const { files, records, invocations, malformed, damagedFiles } = coverage;
  const input = rows.reduce((sum, row) => sum + row.input, 0);
  return { files, records, invocations, malformed, damaged: damagedFiles.map(({ path }) => path), input };
}

/** Writes a file of the source and gives it a time of its own. */
async function put(name: string, content: readonly Line[] | Buffer, second = 1_000_000): Promise<void> {
  const [path] = await writeFiles(source, { [name]: content });
  await utimes(path as string, second, second);
}

function callsOf(count: number, fields: (index: number) => Partial<Call> = () => ({})): Call[] {
  return Array.from({ length: count }, (_, index) => callOf(fields(index)));
}

describe('the ledger', () => {
  const one = callOf({ requestId: 'one', input: 1 });
  const two = callOf({ requestId: 'two', input: 2 });

  it('has each file read once', async () => {
    await put('a.json', [one]);
    expect(await summary()).toMatchObject({ records: 1, input: 1 });
    await put('a.json', [two]);
    expect(await summary()).toMatchObject({ records: 1, input: 1 });
  });

  it('has sums by hour of what was read since they were last asked for', async () => {
    const calls = (hour: string, input: number) => [callOf({ at: `2026-10-05T${hour}:20:00Z`, input })];
    const byHour = async (from: string | false) => {
      const engine = await createFilesEngine({ source, ledger: from });
      const { rows } = await answerOf(engine, {}, { cellMs: HOUR_MS });
      await engine.close();
      return rows.map(({ cell, input }) => [((cell ?? 0) / HOUR_MS) % 24, input] as const).sort(([a], [b]) => a - b);
    };
    await put('a.json', calls('07', 1));
    await put('b.json', calls('08', 2));
    expect(await byHour(ledger)).toEqual([
      [7, 1],
      [8, 2],
    ]);
    await put('b.json', calls('09', 4), 1_000_001);
    await ask();
    await put('c.json', calls('07', 8));
    await ask();
    expect(await byHour(ledger)).toEqual([
      [7, 9],
      [9, 4],
    ]);
    expect(await byHour(ledger)).toEqual(await byHour(false));
  });

  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['gzip', (text: string) => gzipSync(text)],
  ])('has the last record of a large file whose last line has no end (%s)', async (_, write) => {
    const text = textOf(callsOf(200, (index) => ({ requestId: `r${index}`, input: 1 }))).trimEnd();
    expect(text.length).toBeGreaterThan(64 * 1024);
    await put('a.json', write(text));
    expect(await summary()).toMatchObject({ records: 200, malformed: 0, input: 200 });
    await put('a.json', write(`[${text.replaceAll('\n', ',\n')}]`), 1_000_001);
    expect(await summary()).toMatchObject({ records: 200, malformed: 0, input: 200 });
  });

  it('says nothing of progress when there is nothing new', async () => {
    await put('a.json', [one]);
    await ask();
    const onProgress = vi.fn();
    await ask({ onProgress });
    expect(onProgress).not.toHaveBeenCalled();
  });

  it('has a file read again when its time changed', async () => {
    await put('a.json', [one]);
    await ask();
    await put('a.json', [two], 1_000_001);
    expect(await summary()).toMatchObject({ files: 1, records: 1, input: 2 });
  });

  it('has a file read again when its size changed', async () => {
    await put('a.json', [one]);
    await ask();
    await put('a.json', [one, two]);
    expect(await summary()).toMatchObject({ files: 1, records: 2, input: 3 });
  });

  it('takes in added files', async () => {
    await put('a.json', [one]);
    await ask();
    await put('b.json.gz', [two]);
    expect(await summary()).toMatchObject({ files: 2, records: 2, input: 3 });
  });

  it('forgets removed files, their malformed lines and metadata keys', async () => {
    await put('a.json', [one]);
    await put('b.json', [{ ...two, metadata: { gone: 'x' } }, 'not JSON']);
    expect(await ask()).toMatchObject({ metadataKeys: ['gone'], coverage: { malformed: 1, records: 2 } });
    await unlink(join(source, 'b.json'));
    expect(await ask()).toMatchObject({ metadataKeys: [], coverage: { malformed: 0, records: 1, files: 1 } });
    expect(await ask()).toEqual(await askAfresh());
  });

  it('unmerges the records of a request whose other record went with its file', async () => {
    const zero = { ...one, input: 0, output: 0, at: '2026-10-14T09:00:00Z' };
    await put('a.json', [zero, two]);
    await put('b.json', [one]);
    expect(await summary()).toMatchObject({ records: 3, invocations: 2, input: 3 });
    await unlink(join(source, 'b.json'));
    expect(await summary()).toMatchObject({ records: 2, invocations: 2, input: 2 });
    expect(await ask()).toEqual(await askAfresh());
  });

  it('merges again when one of three records of a request goes, and when it comes back', async () => {
    await put('a.json', [{ ...one, input: 1, output: 0 }]);
    await put('b.json', [{ ...one, input: 500, output: 0, caller: CALLERS.ci, at: '2026-10-20T00:00:00Z' }]);
    await put('c.json', [{ ...one, input: 0, output: 40 }]);
    const all = await ask();
    expect(all.coverage).toMatchObject({ records: 3, invocations: 1, duplicates: 2 });
    await rm(join(source, 'b.json'));
    expect((await ask()).coverage).toMatchObject({ records: 2, invocations: 1, duplicates: 1 });
    expect(await ask()).toEqual(await askAfresh());
    await put('b.json', [{ ...one, input: 500, output: 0, caller: CALLERS.ci, at: '2026-10-20T00:00:00Z' }]);
    expect(await ask()).toEqual(all);
  });

  it('merges a record with one that was read in an earlier run', async () => {
    await put('a.json', [{ ...one, input: 0, output: 0 }, two]);
    expect(await summary()).toMatchObject({ records: 2, invocations: 2, input: 2 });
    await put('b.json', [one]);
    expect(await summary()).toMatchObject({ records: 3, invocations: 2, input: 3 });
    expect(await ask()).toEqual(await askAfresh());
  });

  it('follows any sequence of changes', async () => {
    const calls = callsOf(40, (index) => ({
      requestId: `r${index % 17}`,
      input: (index * 37) % 101,
      at: `2026-10-${10 + (index % 9)}T0${index % 10}:00:00Z`,
      metadata: { team: `t${index % 3}` },
    }));
    for (let step = 0; step < 8; step++) {
      const from = (step * 7) % 30;
      await put(`file-${step % 4}.json`, calls.slice(from, from + 3 + (step % 5)), 1_000_000 + step);
      await rm(join(source, `file-${(step * 3 + 1) % 4}.json`), { force: step % 4 !== (step * 3 + 1) % 4 });
      await put('always.json', calls.slice(0, 1 + step), 1_000_000 + step);
      expect(await ask()).toEqual(await askAfresh());
    }
  });

  it('leaves out a damaged file whole, names it, and has it read again only when it was mended', async () => {
    const good = gzipSync(textOf([one, two]));
    await put('a.json', [callOf({ input: 10 })]);
    await put('hour/b.json.gz', good.subarray(0, good.length - 9));
    const damaged = { files: 2, records: 1, malformed: 0, damaged: ['hour/b.json.gz'], input: 10 };
    expect(await summary()).toMatchObject(damaged);
    const sameLength = Buffer.from(good.subarray(0, good.length - 9)).fill(0);
    await put('hour/b.json.gz', sameLength);
    const onProgress = vi.fn();
    expect(await summary({ onProgress })).toMatchObject(damaged);
    expect(onProgress).not.toHaveBeenCalled();
    await put('hour/b.json.gz', good);
    expect(await summary()).toMatchObject({ files: 2, records: 3, damaged: [], input: 13 });
  });

  it('forgets the records of a file that was damaged since', async () => {
    const good = gzipSync(textOf([one, two]));
    await put('a.json', [one]);
    await put('b.json.gz', good);
    expect(await summary()).toMatchObject({ records: 3, invocations: 2, damaged: [] });
    await truncate(join(source, 'b.json.gz'), good.length - 12);
    expect(await summary()).toMatchObject({ records: 1, invocations: 1, damaged: ['b.json.gz'], input: 1 });
  });

  it('names a damaged big file, whose first records were already written, and keeps none of them', async () => {
    const lines = callsOf(30_000, (index) => ({ output: index }));
    const packed = gzipSync(textOf(lines), { level: 0 });
    await put('big.json.gz', packed.subarray(0, packed.length - 100));
    await put('a.json', [one]);
    expect(await summary()).toMatchObject({ records: 1, damaged: ['big.json.gz'], input: 1 });
  });

  it('goes through threads for much input: 20,000 records', async () => {
    const teams = (index: number) => ({ metadata: { team: `t${index % 7}` }, input: 1 + (index % 1000) });
    await put('a.json', callsOf(10_000, teams));
    await put('b.json', callsOf(9_999, teams));
    await put('c.json', [one]);
    expect((await stat(join(source, 'a.json'))).size).toBeGreaterThan(4 * MEGABYTE);
    expect((await stat(join(source, 'b.json'))).size).toBeGreaterThan(4 * MEGABYTE);
    const { coverage, rows } = await ask();
    expect(coverage).toMatchObject({ records: 20_000, invocations: 20_000, files: 3 });
    expect(rows).toHaveLength(8);
    expect(rows.reduce((sum, row) => sum + row.input, 0)).toBe(500_500 * 20 - 1000 + 1);
  });

  it('takes in many files, each of them big enough to be made safe at once', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `${index}.json`);
    for (const name of names) await put(name, [one, two, callOf({ input: 5 })]);
    // Only the size tells that a file is big; it is never checked against the content.
    const files = names.map((name) => ({ name: join(source, name), size: 64 * MEGABYTE, version: '1' }));
    const filled = createLedger(ledger);
    onTestFinished(() => filled.close());
    const counts = await filled.use(async (connection) => {
      const listing = { root: source, files, skipped: 0, unread: [], requests: 0 };
      await ingest(connection, { store: createFolderStore(source), listing, folder });
      return rowsFrom(connection, 'SELECT sum(records) AS records, sum(invocations) AS invocations FROM days');
    });
    expect(counts).toEqual([{ records: 120n, invocations: 42n }]);
  });

  it('is kept apart by source, whatever way the source is written', () => {
    const pathOf = (source: string) => ledgerPath(createFolderStore(source).id, '/cache');
    expect(pathOf('/logs/a')).not.toBe(pathOf('/logs/b'));
    expect(pathOf('/logs/a/')).toBe(pathOf('/logs/b/../a'));
    expect(pathOf('/logs/a')).toMatch(/^\/cache\/ledger-[0-9a-f]{16}\.duckdb$/);
  });

  it('is made in a missing folder that only its owner can open', async () => {
    await put('a.json', [one]);
    ledger = join(folder, 'cache/spend/ledger.duckdb');
    expect(await summary()).toMatchObject({ records: 1 });
    const { mode } = await stat(join(folder, 'cache/spend'));
    expect((mode & 0o777).toString(8)).toBe('700');
  });

  it('that is no ledger is refused, with what to do about it, whatever its name', async () => {
    await put('a.json', [one]);
    ledger = join(folder, 'locked.duckdb');
    await writeFile(ledger, 'this is not a database'.repeat(1000));
    await expect(summary()).rejects.toMatchObject({ message: expect.stringContaining(`${ledger} is no ledger`) });
  });

  it.skipIf(process.platform === 'win32')('is for its owner alone, with all that DuckDB puts beside it', async () => {
    await put('a.json', [one]);
    ledger = join(folder, 'new/ledger.duckdb');
    const mask = process.umask(0o022);
    onTestFinished(() => void process.umask(mask));
    const engine = await engineOver();
    await answerOf(engine);
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(join(folder, 'new'))).toBe(0o700);
    const modes = async () =>
      Promise.all((await readdir(join(folder, 'new'))).map((name) => mode(join(folder, 'new', name))));
    expect(new Set(await modes())).toEqual(new Set([0o600]));
    // What others write meanwhile is no wider, and later as it was.
    await engine.close();
    await writeFile(join(folder, 'report.csv'), '');
    expect(await mode(join(folder, 'report.csv'))).toBe(0o644);
    await chmod(ledger, 0o644);
    const again = await engineOver();
    await put('b.json', [one]);
    await answerOf(again);
    expect(new Set(await modes())).toEqual(new Set([0o600]));
    await again.close();
  });

  it('switched off leaves nothing behind', async () => {
    await put('a.json', [one]);
    const temporary = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('bedrock-spend-'));
    const before = new Set(await temporary());
    const engine = await engineOver({ ledger: false });
    expect((await answerOf(engine)).coverage.records).toBe(1);
    const mine = (await temporary()).filter((name) => !before.has(name) && !name.startsWith('bedrock-spend-test-'));
    expect(mine.length).toBeGreaterThan(0);
    await engine.close();
    expect(await readdir(folder)).toEqual(['logs']);
    await expect.poll(temporary).not.toEqual(expect.arrayContaining(mine));
  });
});

async function recordsOf(engine: Engine): Promise<number> {
  return (await answerOf(engine)).coverage.records;
}

describe('an engine that stays open', () => {
  it('looks at the folder again after a second', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    await put('a.json', [callOf()]);
    const engine = await engineOver();
    expect(await recordsOf(engine)).toBe(1);
    await put('b.json', [callOf()]);
    expect(await recordsOf(engine)).toBe(1);
    vi.setSystemTime(1_700_000_001_001);
    expect(await recordsOf(engine)).toBe(2);
  });

  it('tells when the source went away', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    await put('a.json', [callOf()]);
    const engine = await engineOver();
    await recordsOf(engine);
    await rm(source, { recursive: true });
    vi.setSystemTime(1_700_000_005_000);
    await expect(recordsOf(engine)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('has its ledger to itself, even in its own process, until it is closed or idle', async () => {
    await put('a.json', callsOf(3000));
    const first = await engineOver();
    expect(await recordsOf(first)).toBe(3000);
    await put('a.json', callsOf(10));
    await put('b.json', callsOf(2000));
    const second = await engineOver();
    const onProgress = vi.fn();
    const asked = answerOf(second, { onProgress });
    const waiting = { message: 'waiting for another part of this process, which uses the same ledger' };
    await vi.waitFor(() => expect(onProgress).toHaveBeenCalledWith(expect.objectContaining(waiting)));
    await first.close();
    expect((await asked).coverage.records).toBe(2010);
    await second.close();
    expect(await ask()).toEqual(await askAfresh());
  });

  /** Another process that has the ledger. */
  async function heldElsewhere() {
    await put('a.json', [callOf()]);
    await ask();
    const held = `const { DuckDBInstance } = await import('@duckdb/node-api');
      await DuckDBInstance.create(process.argv[1]);
      console.log('held');
      setInterval(() => {}, 1e6);`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', held, ledger]);
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    return holder;
  }

  it('says at once, and once, whom it waits for', async () => {
    const holder = await heldElsewhere();
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => said.mockRestore());
    const engine = await engineOver();
    const onProgress = vi.fn();
    const asked = answerOf(engine, { onProgress });
    await vi.waitFor(() => expect(onProgress.mock.calls.length).toBeGreaterThan(2));
    expect(said.mock.calls).toEqual([
      [`Waiting for process ${holder.pid}, which uses the same ledger (${ledger}). --no-ledger does without.`],
    ]);
    const message = `waiting for process ${holder.pid}, which uses the same ledger`;
    expect(onProgress).toHaveBeenCalledWith(expect.objectContaining({ message }));
    holder.kill('SIGKILL');
    expect((await asked).coverage.records).toBe(1);
  });

  it.runIf(process.platform === 'linux')(
    'does not wait long for one that is stopped, and says what to do',
    async () => {
      const holder = await heldElsewhere();
      holder.kill('SIGSTOP');
      const said = vi.spyOn(console, 'error').mockImplementation(() => {});
      onTestFinished(() => said.mockRestore());
      vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
      onTestFinished(() => void vi.useRealTimers());
      const engine = await engineOver();
      const asked = answerOf(engine).catch((error) => error);
      const askedBeside = answerOf(engine).catch((error) => error);
      await vi.waitFor(() => expect(said).toHaveBeenCalled());
      vi.setSystemTime(1_700_000_006_000);
      expect(await asked).toMatchObject({
        code: 'LEDGER_BUSY',
        message: `The ledger ${ledger} is held by process ${holder.pid}, which is stopped. kill -CONT ${holder.pid} lets it go on, kill -KILL ${holder.pid} ends it. Ask again later, or use --no-ledger.`,
      });
      // It has waited as long, and does not wait anew.
      expect(await askedBeside).toBe(await asked);
      holder.kill('SIGCONT');
    },
  );

  it('can be asked again after it was closed', async () => {
    await put('a.json', [callOf()]);
    const engine = await engineOver();
    await recordsOf(engine);
    await engine.close();
    expect(await recordsOf(engine)).toBe(1);
  });
});

describe('what is no ledger', () => {
  it.each(['a folder', 'somebody’s notes', 'a link to them'])('is neither used nor changed: %s', async (what) => {
    const [notes, path] = [join(folder, 'notes'), join(folder, 'given')];
    await writeFile(notes, 'mine\n', { mode: 0o644 });
    await chmod(notes, 0o644);
    if (what === 'a folder') await mkdir(path, { mode: 0o755 });
    else if (what === 'a link to them') await symlink(notes, path);
    else await copyFile(notes, path);
    const before = (await stat(path)).mode;
    const engine = await createFilesEngine({ source, ledger: path });
    await expect(engine.range()).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      message: expect.stringMatching(/is no ledger, but (another file \(if .*\)|a folder or a device)\. Name a file/),
    });
    await engine.close();
    expect((await stat(path)).mode).toBe(before);
  });
});

describe('a quote', () => {
  async function bytes(): Promise<number | undefined> {
    const engine = await createFilesEngine({ source, ledger });
    const { bytes } = await engine.quote(everything({ from: 0, to: 1 }));
    // So that the next engine has the ledger without waiting.
    await engine.close();
    return bytes;
  }

  it('is for what is not in the ledger yet: new and changed files', async () => {
    await put('a.json', callsOf(3));
    await put('b.json', callsOf(2));
    const sizeOf = async (name: string) => (await stat(join(source, name))).size;
    expect(await bytes()).toBe((await sizeOf('a.json')) + (await sizeOf('b.json')));
    await ask();
    expect(await bytes()).toBe(0);
    await put('b.json', callsOf(4));
    await put('c.json', callsOf(1));
    expect(await bytes()).toBe((await sizeOf('b.json')) + (await sizeOf('c.json')));
  });

  it('reads nothing, so that the question after it is still to be answered', async () => {
    await put('a.json', callsOf(3));
    const engine = await engineOver();
    await engine.quote(everything({ from: 0, to: 1 }));
    expect((await answerOf(engine)).coverage.records).toBe(3);
    expect((await engine.quote(everything({ from: 0, to: 1 }))).bytes).toBe(0);
  });
});

describe('progress', () => {
  it.each<[what: string, calls: number]>([
    ['here', 5],
    ['with threads', 12_000],
  ])('of reading %s rises to its total', async (_, calls) => {
    for (const name of ['a.json', 'b.json', 'c.json']) await put(name, callsOf(calls));
    const events: Progress[] = [];
    await ask({ onProgress: (event) => void events.push(event) });
    const reading = events.filter(({ message }) => message === 'reading logs');
    const sizes = await Promise.all(['a.json', 'b.json', 'c.json'].map((name) => stat(join(source, name))));
    const total = sizes.reduce((sum, { size }) => sum + size, 0);
    const done = reading.map((event) => event.done);
    expect(new Set(reading.map((event) => event.total))).toEqual(new Set([total]));
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect([done.length, done[0], done.at(-1)]).toEqual([4, 0, total]);
    expect(events.at(-1)?.message).toBe('merging repeated records');
  });
});

describe('cancelling', () => {
  /** Many small files, and one that is written in several batches. */
  async function putMuch(): Promise<void> {
    const fields = (index: number) => ({ requestId: `shared-${index % 8000}`, metadata: { team: `t${index % 5}` } });
    await put('big.json', callsOf(9_000, fields));
    for (let file = 0; file < 20; file++) await put(`small-${file}.json`, callsOf(3, fields));
  }

  it.each<[when: string, wanted: (event: Progress) => boolean]>([
    ['before the first file', () => true],
    ['between files', ({ done }) => done > 0],
    ['before merging', ({ message }) => message === 'merging repeated records'],
  ])('%s rejects with CANCELLED, and the next answer is right', async (_, wanted) => {
    await putMuch();
    const cancel = new AbortController();
    const onProgress = (event: Progress) => [event].filter(wanted).forEach(() => void cancel.abort());
    await expect(ask({ signal: cancel.signal, onProgress })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await ask()).toEqual(await askAfresh());
  });

  it('at any moment leaves the same engine able to answer', async () => {
    await putMuch();
    const right = await askAfresh();
    const engine = await engineOver();
    for (const pause of [0, 5, 10, 20, 40, 60, 80]) {
      const signal = AbortSignal.timeout(pause);
      const answer = await answerOf(engine, { signal }).catch((error) => error.code);
      expect(['CANCELLED', right]).toContainEqual(answer);
    }
    expect(await answerOf(engine)).toEqual(right);
  });

  it('while a file is read that is then removed leaves no trace of it', async () => {
    const fields = (index: number) => ({ output: 1, metadata: { team: `t${index % 3}` } });
    await put('a.json', callsOf(9, fields));
    const right = await ask();
    await put('big.json', callsOf(12_000, fields));
    const cancel = new AbortController();
    // After 20 chunks of 256 KB a batch of records was written, but not all of them were read.
    const throwIfAborted = vi.spyOn(cancel.signal, 'throwIfAborted');
    for (let chunk = 0; chunk < 20; chunk++) throwIfAborted.mockImplementationOnce(() => {});
    throwIfAborted.mockImplementationOnce(() => {
      cancel.abort();
      throw cancel.signal.reason;
    });
    await expect(ask({ signal: cancel.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await unlink(join(source, 'big.json'));
    expect(await ask()).toEqual(right);
  });
});
