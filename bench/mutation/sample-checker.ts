/**
 * A checker for Stryker, which asks it of each mutant whether to try it. Stryker's own way to name mutants is by a range of a file,
 * which holds all that is nested in it.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Mutant, place } from './sample.ts';

type Named = Mutant & { id: string };

function createSampleChecker() {
  const sample = new Set<string>(JSON.parse(readFileSync(process.env['MUTATION_SAMPLE'] as string, 'utf8')));
  const isTaken = (mutant: Named) =>
    sample.has(`${relative(process.env['MUTATION_ROOT'] as string, mutant.fileName)} ${place(mutant)}`);
  return {
    init: async () => {},
    group: async (mutants: Named[]) => [mutants.map(({ id }) => id)],
    check: async (mutants: Named[]) =>
      Object.fromEntries(
        mutants.map((mutant) => [
          mutant.id,
          isTaken(mutant) ? { status: 'passed' } : { status: 'compileError', reason: 'not in the sample' },
        ]),
      ),
  };
}

export const strykerPlugins = [{ kind: 'Checker', name: 'sample', factory: createSampleChecker }];
