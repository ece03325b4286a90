/** The tests of one folder (FOLDERS), its own first: the first that fails ends a mutant. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import layerJson from '../../packages/serverless-mcp/package.json' with { type: 'json' };
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

/** The layer in Stryker's copy of this repository, which is what has mutants: its link in node_modules leads to the original. */
const layer = Object.entries(layerJson.exports).map(([name, places]) => ({
  find: new RegExp(`^serverless-mcp${name.slice(1)}$`),
  replacement: resolve('packages/serverless-mcp', places['bedrock-spend-sources']),
}));

export default defineConfig({
  resolve: { alias: layer },
  test: {
    include: tests,
    setupFiles: ['./test/helpers/no-secrets.ts', './bench/mutation/same-values.ts'],
    sequence: { sequencer: OwnFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
