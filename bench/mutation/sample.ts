/** Which mutants are tried: by a hash of what each changes and the seed, so that a change elsewhere in the file moves none of them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

/** As Stryker's instrumenter tells it; lines and columns from 0. */
export interface Mutant {
  fileName: string;
  mutatorName: string;
  replacement: string;
  location: { start: Position; end: Position };
}

interface Position {
  line: number;
  column: number;
}

/** Only there once `npm ci --prefix bench/mutation` has run, hence no import that the type check would follow. */
const INSTRUMENTER = new URL('node_modules/@stryker-mutator/instrumenter/dist/src/index.js', import.meta.url).href;

export interface Sample {
  /** Of which it was taken. */
  from: number;
  mutants: Mutant[];
}

export async function takeSample(folder: string, except: string[], count: number, seed: string): Promise<Sample> {
  const files = globSync(join(folder, '**/*.ts'), { ignore: ['**/*.test.ts', ...except] }).sort();
  const all = await mutantsOf(files);
  const ranked = all.map((mutant, index) => ({ mutant, rank: rank(all, index, seed) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return { from: all.length, mutants: ranked.slice(0, count).map(({ mutant }) => mutant) };
}

async function mutantsOf(files: readonly string[]): Promise<Mutant[]> {
  const { Instrumenter } = await import(INSTRUMENTER);
  const silent = { isDebugEnabled: () => false, debug() {}, info() {} };
  const { mutants } = await new Instrumenter(silent).instrument(
    files.map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  return mutants;
}

function rank(all: readonly Mutant[], index: number, seed: string): string {
  const words = what(all[index] as Mutant);
  const earlier = all.slice(0, index).filter((other) => what(other) === words).length;
  return createHash('sha256').update(`${seed} ${earlier} ${words}`).digest('hex');
}

const texts = new Map<Mutant, string>();

/** What a mutant changes into what, wherever that stands in its file. */
function what(mutant: Mutant): string {
  let text = texts.get(mutant);
  if (text === undefined) {
    text = [mutant.fileName, mutant.mutatorName, originalOf(mutant), mutant.replacement].join('\n');
    texts.set(mutant, text);
  }
  return text;
}

export function originalOf({ fileName, location: { start, end } }: Mutant): string {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line, end.line + 1);
  lines.push((lines.pop() ?? '').slice(0, end.column));
  lines[0] = (lines[0] ?? '').slice(start.column);
  return lines.join('\n');
}

/** The same for one mutant in Stryker's processes and in its report. */
export const place = ({ mutatorName, replacement, location: { start, end } }: Omit<Mutant, 'fileName'>) =>
  [mutatorName, start.line, start.column, end.line, end.column, replacement].join(' ');
