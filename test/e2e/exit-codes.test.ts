import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../helpers/command.ts';
import { callOf, writeFiles } from '../helpers/log-files.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  const days = Array.from({ length: 20 }, (_, day) =>
    callOf({ at: `2026-10-${String(day + 1).padStart(2, '0')}T10:00:00Z` }),
  );
  await writeFiles(folder, {
    'empty/README.md': [],
    'other/x.json': Buffer.from('{"hello":"world"}\nnot JSON\n'),
    'damaged/a.json': days,
    'damaged/b.json.gz': Buffer.from([0x1f, 0x8b, 8, 0]),
  });
  await writeFile(join(folder, 'budgets.yaml'), 'budgets:\n  - name: all\n    period: month\n    usd: "1000"\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (args: readonly string[]) => runHere(args, { XDG_CACHE_HOME: folder, XDG_CONFIG_HOME: folder });

const COMMANDS: readonly string[][] = [
  ['breakdown', '--by', 'model'],
  ['breakdown', '--by', 'model', '--from', '2026-10-01', '--to', '2026-11-01'],
  ['over-time'],
  ['report', '--days', '3000'],
  ['anomalies'],
  ['forecast'],
  ['check-budget'],
  ['expensive'],
  ['explain'],
  ['simulate'],
  ['caching'],
  ['waste'],
  ['export-focus'],
  ['call', 'breakdown_spend', '--args', '{"by":["model"]}'],
];

const ending = (command: readonly string[]) => [
  ...command,
  ...(command[0] === 'check-budget' ? ['--budgets', join(folder, 'budgets.yaml')] : []),
  ...(command[0] === 'export-focus' ? [] : ['--json']),
  '--no-ledger',
];

describe.each(COMMANDS)('%s %s %s %s', (...command) => {
  it('without one record ends with 6, says why and prints nothing on stdout', async () => {
    const { stderr, ...ended } = await run([...ending(command), '--source', join(folder, 'other')]);
    expect(ended).toEqual({ code: 6, stdout: '' });
    expect(stderr).toMatch(/x\.json\).*1 not a ModelInvocationLog record, 1 not JSON/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe.each(COMMANDS.filter(([name]) => name !== 'call'))('%s %s %s %s', (...command) => {
  it('over damaged files ends with 3 and an answer', async () => {
    const { code, stdout } = await run([...ending(command), '--source', join(folder, 'damaged')]);
    expect(code).toBe(3);
    expect(stdout).not.toBe('');
  });
});

it.each([
  ['a folder without logs', 'empty', 6, /nothing that could be a log/],
  ['a path that does not exist', 'nowhere', 1, /no file or folder/],
])('%s', async (_, source, code, words) => {
  const { stderr, ...ended } = await run(['breakdown', '--by', 'model', '--source', join(folder, source)]);
  expect(ended).toEqual({ code, stdout: '' });
  expect(stderr).toMatch(words);
});

it.each(['serve', 'stdio'])('%s says at its start that the folder of its logs is not there', async (command) => {
  const { code, stderr } = await run([command, '--source', '/no/such/folder']);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/There is no file or folder \/no\/such\/folder\./)]);
});
