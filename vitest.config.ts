import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'rigs/**/*.test.ts'],
    globalSetup: ['./test/helpers/warm-python.ts'],
    setupFiles: ['./test/helpers/no-secrets.ts'],
    // Vitest leaves one core free, which on two would leave one worker.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/helpers/count-reporter.ts'],
  },
});
