/**
 * Of small faults put into the code (mutants), how many do the tests notice? Stryker puts them in and runs the tests that reach each.
 * All would take many hours, so each folder has a sample of its mutants tried; the same seed tries the same ones again.
 *
 *   npm run mutation -- src/domain               one of the folders in folders.ts, or several
 *   npm run mutation -- src/logs --count 20 --seed 2
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FOLDERS, type Folder } from './folders.ts';
import { type Mutant, originalOf, place, takeSample } from './sample.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '100' }, seed: { type: 'string', default: '15' } },
});

const STRYKER = 'bench/mutation/node_modules/@stryker-mutator/core/bin/stryker.js';
/** Git knows it not. */
const WORK = 'tmp/mutation';

type Status = 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError' | 'CompileError';

interface Tried extends Mutant {
  status: Status;
}

/** Of Stryker's report, schema `mutation-testing-report-schema`: lines and columns from 1. */
interface Report {
  files: Record<string, { mutants: (Omit<Tried, 'fileName'> & { static?: boolean })[] }>;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}`);
}

/** One at a time, and with time to spare: a busy machine must not look like a test that noticed. */
const OPTIONS = {
  testRunner: 'vitest',
  vitest: { configFile: 'bench/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner', './bench/mutation/sample-checker.ts'],
  checkers: ['sample'],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 60_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 30,
  disableTypeChecks: false,
  // Stryker reads it with TypeScript's compiler API, which TypeScript 7 has not.
  tsconfigFile: 'none',
  tempDirName: `${WORK}/sandbox`,
  cleanTempDir: 'always',
  allowConsoleColors: false,
};

async function measure(folder: string, { except = [] }: Folder): Promise<void> {
  const begun = Date.now();
  const { mutants, from } = await takeSample(folder, except, Number(values.count), values.seed);
  const scratch = mkdtempSync(join(WORK, 'run-'));
  const at = (name: string) => join(scratch, name);
  writeFileSync(at('sample.json'), JSON.stringify(mutants.map((mutant) => `${mutant.fileName} ${place(mutant)}`)));
  writeFileSync(
    at('stryker.json'),
    JSON.stringify({
      ...OPTIONS,
      mutate: mutants.map(range),
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: at('report.json') },
    }),
  );
  run(process.execPath, [STRYKER, 'run', at('stryker.json')], {
    MUTATION_FOLDER: folder,
    MUTATION_ROOT: process.cwd(),
    MUTATION_SAMPLE: join(process.cwd(), at('sample.json')),
  });
  const tried = triedOf(JSON.parse(readFileSync(at('report.json'), 'utf8')));
  rmSync(scratch, { recursive: true });
  const minutes = (Date.now() - begun) / 60_000;
  rows.push(summary(folder, from, tried, minutes));
  missed.push(...tried.filter(({ status }) => !['Killed', 'Timeout'].includes(status)).map(line));
}

const range = ({ fileName, location: { start, end } }: Mutant) =>
  `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;

/** What the checker turned away is no compile error: it was not in the sample. */
const triedOf = ({ files }: Report): Tried[] =>
  Object.entries(files).flatMap(([fileName, { mutants }]) =>
    mutants
      .filter(({ status }) => status !== 'CompileError')
      .map((mutant) => ({ ...mutant, fileName, location: fromZero(mutant.location) })),
  );

const fromZero = ({ start, end }: Mutant['location']): Mutant['location'] => ({
  start: { line: start.line - 1, column: start.column - 1 },
  end: { line: end.line - 1, column: end.column - 1 },
});

function summary(folder: string, from: number, tried: readonly Tried[], minutes: number): string[] {
  const count = (...statuses: Status[]) => tried.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const valid = noticed + count('Survived', 'NoCoverage');
  const share = noticed / valid;
  // 95 % of samples of that size are as near to the score of all mutants.
  const doubt = 1.96 * Math.sqrt(((share * (1 - share)) / valid) * ((from - valid) / (from - 1)));
  return [
    `\`${folder}\``,
    from.toLocaleString('en'),
    `${valid}`,
    ...(['Killed', 'Timeout', 'Survived', 'NoCoverage'] as const).map((status) => `${count(status)}`),
    `${(100 * share).toFixed(1)} % ± ${(100 * doubt).toFixed(0)}`,
    minutes.toFixed(0),
  ];
}

const line = (mutant: Tried) =>
  `${mutant.status} ${mutant.fileName}:${mutant.location.start.line + 1}:${mutant.location.start.column + 1} ${mutant.mutatorName}: ${short(originalOf(mutant))} -> ${short(mutant.replacement)}`;

const short = (code: string) => {
  const words = code.replace(/\s+/g, ' ');
  return words.length > 90 ? `${words.slice(0, 89)}…` : words;
};

const rows = [
  ['folder', 'mutants', 'tried', 'killed', 'timed out', 'survived', 'not reached', 'score', 'minutes'],
  ['---', ...Array.from({ length: 8 }, () => '--:')],
];
const missed: string[] = [];

mkdirSync(WORK, { recursive: true });
if (!existsSync(STRYKER)) run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', 'bench/mutation']);
for (const name of positionals.length > 0 ? positionals : Object.keys(FOLDERS)) {
  const folder = FOLDERS[name];
  if (!folder) throw new Error(`Which folder is ${name}? One of ${Object.keys(FOLDERS).join(', ')}`);
  await measure(name, folder);
}
for (const cells of rows) console.log(`| ${cells.join(' | ')} |`);
console.log(`\nNot noticed:\n${missed.join('\n')}`);
