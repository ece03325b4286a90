import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import SlowFirst from './test/helpers/slow-first.ts';

/** What changes modules, or sees them loaded. */
const ISOLATED = ['test/contracts/made-up-class.test.ts', 'test/attacks/regexps.test.ts'];

/** What needs Debian's packages or the npm registry: builders of images, Chromium, a terminal, a keyring, AWS's own runtime client. */
const SYSTEM = ['test/system/**/*.test.ts'];

export default defineConfig({
  // The layer as it is written, not as it was built.
  ssr: { resolve: { conditions: ['bedrock-spend-sources', 'node', 'development'] } },
  test: {
    setupFiles: ['./test/helpers/no-secrets.ts'],
    globalSetup: ['./test/helpers/temporary-root.ts', './test/helpers/fresh-build.ts', './test/helpers/warm-python.ts'],
    // Files of one worker share what is loaded and read; what a file changes, it puts back.
    isolate: false,
    // One more than cores: many files wait for processes and services.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowFirst },
    testTimeout: 30_000,
    // On a fresh machine the first that needs Python waits for what pip gets, and for all that is read once.
    hookTimeout: 300_000,
    // As patient as the tests themselves: a busy machine must not look like a fault.
    expect: { poll: { timeout: 20_000, interval: 10 } },
    reporters: ['default', './test/helpers/count-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['src/**/*.test.ts', 'packages/**/*.test.ts', 'test/**/*.test.ts', 'rigs/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SYSTEM, ...ISOLATED, 'packages/*/template/**'],
          // Functions run under a stand-in for AWS's runtime client, which npm's registry has.
          env: { SERVERLESS_MCP_RUNTIME: 'loader' },
        },
      },
      { extends: true, test: { name: 'isolated', include: ISOLATED, isolate: true } },
      { extends: true, test: { name: 'system', include: SYSTEM } },
    ],
  },
});
