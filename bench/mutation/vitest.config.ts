/** The tests of one folder (FOLDERS), its own first: the first that fails ends a mutant. */
import { statSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { FOLDERS } from './folders.ts';

const folder = process.env['MUTATION_FOLDER'] ?? '';
const tests = FOLDERS[folder]?.tests ?? [];
for (const pattern of tests)
  if (globSync(pattern).length === 0) throw new Error(`bench/mutation/folders.ts: no test is at ${pattern} any more`);

const isOwn = ({ moduleId }: TestSpecification) => moduleId.includes(`/${folder}/`);
const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;

class OwnFirst {
  shard = async (files: TestSpecification[]) => files;
  sort = async (files: TestSpecification[]) =>
    files.sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || size(a) - size(b));
}

export default defineConfig({
  test: {
    include: tests,
    setupFiles: ['./test/helpers/no-secrets.ts', './bench/mutation/same-values.ts'],
    sequence: { sequencer: OwnFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
