import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

/** What engines over sources that are scanned share. */
const SCANNING = [
  'engines/engine.ts',
  'engines/found.ts',
  'engines/grouping.ts',
  'engines/result-row.ts',
  'engines/scan.ts',
  'engines/scanning.ts',
  'engines/source-text.ts',
];

/** Which rooms a room may import from, besides itself. ARCHITECTURE.md draws the same arrows. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  access: ['domain', 'engines/engine.ts'],
  logs: ['domain'],
  'bill/cost-explorer.ts': ['aws', 'domain', 'bill'],
  'bill/cur.ts': ['domain', 'bill'],
  bill: ['domain'],
  'engines/engine.ts': ['domain'],
  'engines/grouping.ts': ['domain', 'logs', 'engines/engine.ts'],
  'engines/merge.ts': ['domain', 'logs', 'engines/grouping.ts'],
  'engines/source-text.ts': ['domain'],
  'engines/capped.ts': ['domain', 'engines/engine.ts'],
  'engines/union.ts': ['domain', 'engines/engine.ts'],
  'engines/auto.ts': ['aws'],
  'engines/scan.ts': ['domain', 'engines/engine.ts'],
  'engines/result-row.ts': ['domain', 'logs', 'engines/grouping.ts', 'engines/scan.ts'],
  'engines/athena': ['aws', 'domain', 'logs', ...SCANNING],
  'engines/found.ts': ['engines/grouping.ts'],
  'engines/scanning.ts': ['engines/engine.ts', 'engines/found.ts', 'engines/grouping.ts', 'engines/scan.ts'],
  'engines/cloudwatch': ['aws', 'domain', 'logs', ...SCANNING, 'engines/merge.ts'],
  'engines/metrics': ['aws', 'domain', 'logs', ...SCANNING],
  'engines/files': ['aws', 'domain', 'logs', 'engines/engine.ts', 'engines/source-text.ts'],
  'prices/aws': ['domain', 'aws', 'prices', 'prices/price-list'],
  'prices/price-list': ['domain', 'prices'],
  prices: ['domain'],
  reports: ['bill', 'domain', 'logs', 'names', 'prices', 'engines/engine.ts'],
  'names/bedrock': ['aws', 'domain', 'logs', 'names'],
  names: ['domain'],
  aws: ['domain'],
  'setup/aws': ['domain', 'setup', 'aws'],
  setup: ['aws'],
  mcp: ['access', 'domain', 'names', 'reports', 'setup', 'engines/engine.ts'],
  serverless: [],
  http: ['domain', 'mcp', 'serverless'],
  client: ['domain'],
  cli: [
    'setup',
    'domain',
    'engines/engine.ts',
    'reports',
    'mcp',
    'http',
    'serverless',
    'client',
    'config.ts',
    'compose.ts',
  ],
  entry: ['cli', 'http', 'compose.ts', 'config.ts'],
  'config.ts': ['domain', 'serverless'],
  'deferred.ts': [],
  'compose-engine.ts': [
    'deferred.ts',
    'domain',
    'aws',
    'engines/engine.ts',
    'engines/source-text.ts',
    'engines/auto.ts',
    'engines/union.ts',
    'engines/files',
    'engines/cloudwatch',
    'engines/athena',
    'engines/metrics',
  ],
  'compose.ts': [
    'access',
    'compose-engine.ts',
    'bill',
    'bill/cost-explorer.ts',
    'bill/cur.ts',
    'deferred.ts',
    'names',
    'names/bedrock',
    'setup',
    'setup/aws',
    'domain',
    'engines/engine.ts',
    'engines/capped.ts',
    'engines/source-text.ts',
    'engines/cloudwatch',
    'prices',
    'prices/aws',
    'mcp',
    'serverless',
  ],
  'index.ts': ['domain', 'reports', 'mcp', 'compose.ts'],
};

/** Packages that belong to drivers alone. */
const DRIVER_PACKAGES = /^(@aws-sdk\/|@duckdb\/)/;

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g;

const files = globSync('src/**/*.ts', { ignore: '**/*.test.ts' }).map((file) => relative('src', file));

const imports = files.flatMap((file) =>
  [...readFileSync(join('src', file), 'utf8').matchAll(IMPORT)].map(([, target]) => ({
    file,
    target: target as string,
  })),
);

function roomOf(file: string): string {
  return Object.keys(MAY_IMPORT).find((room) => file === room || file.startsWith(`${room}/`)) ?? `(no room) ${file}`;
}

describe('the import rule', () => {
  const local = imports
    .filter(({ target }) => target.startsWith('.'))
    .map(({ file, target }) => ({
      file,
      room: roomOf(file),
      target: roomOf(relative('src', resolve('src', dirname(file), target))),
    }));

  it('reads every import there is', () => {
    expect(local.length).toBeGreaterThan(100);
  });

  it('lets arrows go one way', () => {
    const wrong = local.filter(({ room, target }) => target !== room && !MAY_IMPORT[room]?.includes(target));
    expect(wrong).toEqual([]);
  });

  it('keeps AWS and DuckDB inside drivers', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        DRIVER_PACKAGES.test(target) &&
        !/^(engines\/\w+|serverless\/dynamodb|aws|setup\/aws|names\/bedrock|prices\/aws)\/|^bill\/(cost-explorer|cur)\.ts$/.test(
          file,
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('loads drivers only when a source needs them', () => {
    const compose = readFileSync('src/compose-engine.ts', 'utf8');
    expect(compose).not.toMatch(/^import .*engines\/files\/index/m);
    expect(compose).toMatch(/await import\('\.\/engines\/files\/index\.ts'\)/);
  });

  it('keeps entries to ten lines', () => {
    const long = files.filter(
      (file) => file.startsWith('entry/') && readFileSync(join('src', file), 'utf8').split('\n').length > 11,
    );
    expect(long).toEqual([]);
  });
});
