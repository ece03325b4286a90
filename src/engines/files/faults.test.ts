import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, answerOf } from '../../../test/helpers/answer.ts';
import { callOf, type Line, recordOf, temporaryFolder, textOf, writeFiles } from '../../../test/helpers/log-files.ts';
import { TOO_MUCH_REASON } from '../../logs/record.ts';
import { rowsFrom } from './connection.ts';
import { discover } from './discover.ts';
import { createFolderStore } from './folder.ts';
import { createFilesEngine } from './index.ts';
import { type Ingest, ingest } from './ingest.ts';
import { createLedger } from './ledger.ts';
import type { LogStore } from './store.ts';

const helper = (name: string) => new URL(`../../../test/helpers/${name}`, import.meta.url);

let folder: string;
let source: string;
let ledger: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  source = join(folder, 'logs');
  ledger = join(folder, 'cache/ledger.duckdb');
  await mkdir(source);
});

async function ask(): Promise<Answer> {
  const engine = await createFilesEngine({ source, ledger });
  return answerOf(engine).finally(() => engine.close());
}

/** Brings the ledger up to date from a store like that of a folder, but for some of it. Returns what the ledger knows of each file. */
async function ingestWith(other: Partial<LogStore> & Partial<Ingest>, sizes: Readonly<Record<string, number>> = {}) {
  const filled = createLedger(ledger);
  onTestFinished(() => filled.close());
  const found = await discover(source);
  const files = found.files.map((file) => ({ ...file, size: sizes[file.name.slice(found.root.length)] ?? file.size }));
  const store = { ...createFolderStore(source), ...other };
  return filled.use(async (connection) => {
    await ingest(connection, { store, listing: { ...found, files }, folder, ...other });
    const rows = await rowsFrom(connection, 'SELECT name, records, damaged FROM files ORDER BY name');
    const [sums] = await rowsFrom(connection, 'SELECT count(*) AS count FROM records');
    const known = rows.map((row) => [
      String(row['name']).slice(found.root.length),
      Number(row['records']),
      row['damaged'],
    ]);
    return { files: known, records: Number(sums?.['count']) };
  });
}

/** A store whose files lie somewhere else than they are known by. */
function lyingAt(where: (name: string) => string): Pick<LogStore, 'supply'> {
  return {
    async supply(files) {
      const left = [...files];
      return {
        async next() {
          const file = left.shift();
          return file && { file, path: where(file.name), done: async () => {} };
        },
        close: async () => {},
      };
    },
  };
}

describe('a fault that passes', () => {
  it('is named in this answer and not remembered: the file is read the next time', async () => {
    await writeFiles(source, { 'a.json': [callOf()], 'b.json': [callOf(), callOf()] });
    const loop = join(folder, 'loop');
    await symlink(loop, loop);
    const faulty = lyingAt((name) => (name.endsWith('b.json') ? loop : name));
    expect(await ingestWith(faulty)).toMatchObject({
      files: [
        ['a.json', 1, null],
        ['b.json', 0, expect.stringContaining('ELOOP')],
      ],
    });
    expect(await ingestWith({})).toMatchObject({
      files: [
        ['a.json', 1, null],
        ['b.json', 2, null],
      ],
      records: 3,
    });
  });

  it('is none of a file that is gone since it was listed', async () => {
    await writeFiles(source, { 'a.json': [callOf()], 'b.json': [callOf()] });
    const listing = await discover(source);
    await rm(join(source, 'b.json'));
    expect(await ingestWith({ listing })).toEqual({ files: [['a.json', 1, null]], records: 1 });
  });

  it('is one when what was brought here is gone', async () => {
    await writeFiles(source, { 'a.json': [callOf()] });
    expect(await ingestWith(lyingAt(() => join(folder, 'nowhere')))).toMatchObject({
      files: [['a.json', 0, expect.stringContaining('ENOENT')]],
    });
  });
});

describe('what this user may not read', () => {
  /** Asks as somebody who is not root. */
  function askAsNobody(): Answer {
    const script = fileURLToPath(helper('ask-as-nobody.ts'));
    const output = execFileSync(process.execPath, ['--no-warnings', script, source, ledger], { encoding: 'utf8' });
    return JSON.parse(output) as Answer;
  }

  it('is named, what lies beside it counts, and it counts when it may be read', async () => {
    await writeFiles(source, {
      'a.json': [callOf()],
      'b.json': [callOf()],
      'locked/c.json': [callOf()],
      'open/d.json': [callOf()],
    });
    await mkdir(join(folder, 'cache'));
    for (const [name, mode] of Object.entries({
      '.': 0o755,
      cache: 0o777,
      logs: 0o755,
      'logs/b.json': 0,
      'logs/locked': 0,
    }))
      await chmod(join(folder, name), mode);
    expect(askAsNobody().coverage).toMatchObject({
      records: 2,
      damagedFiles: [
        { path: 'locked', reason: expect.stringContaining('EACCES') },
        { path: 'b.json', reason: expect.stringContaining('EACCES') },
      ],
    });
    await chmod(join(folder, 'logs/b.json'), 0o644);
    await chmod(join(folder, 'logs/locked'), 0o755);
    expect(askAsNobody().coverage).toMatchObject({ records: 4, damagedFiles: [] });
  });
});

it('a record that would take all memory is malformed, and what lies beside it counts', async () => {
  const labels = Object.fromEntries(Array.from({ length: 300_000 }, (_, index) => [`k${index}`, 'v']));
  const events = Array.from({ length: 300_000 }, () => ({ usage: { input_tokens: 1 } }));
  const record = recordOf(callOf());
  const large = [
    { ...record, requestMetadata: labels },
    { ...record, requestMetadata: { a: 'x'.repeat(17 * 1024 * 1024) } },
    { ...record, output: { outputBodyJson: events } },
  ].map((one) => JSON.stringify(one));
  await writeFile(join(source, 'a.json'), [textOf([callOf()]), ...large, textOf([callOf()])].join('\n'));
  expect((await ask()).coverage).toMatchObject({ records: 2, malformedReasons: { [TOO_MUCH_REASON]: 3 } });
});

describe('a file that is no log', () => {
  it('is named, and its lines are counted', async () => {
    await writeFiles(source, {
      'a.json': [callOf()],
      'expected.json': Buffer.from('{\n  "totals": {"usd": "1"}\n}\n'),
      'empty.log': [],
    });
    const { coverage } = await ask();
    expect(coverage).toMatchObject({ files: 3, records: 1, malformed: 1 });
    expect(coverage.notes).toEqual([expect.stringMatching(/^2 files are no logs.*empty\.log, expected\.json\.$/)]);
  });
});

describe('a source without one record', () => {
  const reasonOf = () => ask().catch((error) => `${error.code}: ${error.message}`);

  it('is an error that says what there is and what to do', async () => {
    await writeFiles(source, {
      'x.json': Buffer.from('{"modelId":"m"}\n{"modelId":"m"}\nhello\n'),
      'y.json.gz': Buffer.from([0x1f, 0x8b, 8]),
      'README.md': [],
    });
    expect(await reasonOf()).toMatch(
      /^NO_RECORDS: There is no Bedrock invocation record in .*logs: 1 file read \(x\.json\); lines in them: 2 not a ModelInvocationLog record, 1 not JSON; 1 file damaged or not readable \(y\.json\.gz: .*\); 1 other file passed over\. A record is/,
    );
  });

  it.each<[what: string, files: Record<string, Line[] | Buffer>, words: RegExp]>([
    ['an empty folder', {}, /nothing that could be a log/],
    ['other files', { 'a.png': [] }, /1 other file passed over; nothing that could be a log/],
    ['empty files', { 'a.json': [] }, /1 file read \(a\.json\); no line in them/],
    ['damaged files', { 'a.gz': Buffer.from('<html>') }, /1 file damaged .*Mend or fetch/],
    [
      'rows of a query without the message',
      { 'a.csv': Buffer.from('@timestamp,modelId\n1,m\n') },
      /columns: @timestamp, modelId/,
    ],
  ])('%s', async (_, files, words) => {
    await writeFiles(source, files);
    expect(await reasonOf()).toMatch(words);
    expect((await stat(ledger)).size).toBeGreaterThan(0);
    await writeFiles(source, { 'later.json': [callOf()] });
    expect((await ask()).coverage.records).toBe(1);
  });
});
