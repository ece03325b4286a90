import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import layerJson from '../packages/serverless-mcp/package.json' with { type: 'json' };
import devJson from '../packages/serverless-mcp-dev/package.json' with { type: 'json' };

/** What everyone above the engines sees of them. */
const ENGINE = ['engines/engine.ts', 'engines/quote.ts'];

/** What drivers are made with. */
const DRIVER = [
  'domain',
  'lazy.ts',
  'logs',
  ...ENGINE,
  'engines/grouping',
  'engines/queries.ts',
  'engines/source-text.ts',
];

/** Which rooms a room may import from, besides itself. ARCHITECTURE.md draws the same arrows. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  authentication: ['own-files.ts', 'domain'],
  authorization: ['authentication', 'domain', 'engines/engine.ts'],
  logs: ['domain'],
  'bill/cost-explorer.ts': ['aws', 'domain', 'bill'],
  'bill/cur.ts': ['domain', 'bill'],
  bill: ['domain'],
  'engines/engine.ts': ['domain', 'logs', 'engines/quote.ts'],
  'engines/quote.ts': ['domain'],
  'engines/queries.ts': ['domain', ...ENGINE],
  'engines/source-text.ts': ['domain'],
  'engines/grouping': ['domain', 'logs', ...ENGINE],
  'engines/scans/dynamodb': ['aws', 'engines/scans'],
  'engines/scans': ['domain', 'logs', ...ENGINE, 'engines/grouping'],
  'engines/composite': ['aws', 'domain', ...ENGINE, 'engines/source-text.ts', 'engines/grouping'],
  'engines/spending/dynamodb': ['aws', 'domain', 'engines/spending'],
  'engines/spending': ['domain', ...ENGINE],
  'engines/files': ['aws', 'own-files.ts', ...DRIVER],
  'engines/athena': ['aws', ...DRIVER, 'engines/scans'],
  'engines/cloudwatch': ['aws', ...DRIVER, 'engines/scans'],
  'engines/metrics': ['aws', ...DRIVER, 'engines/scans'],
  'prices/aws': ['own-files.ts', 'domain', 'aws', 'prices', 'prices/price-list'],
  'prices/price-list': ['domain', 'prices'],
  prices: ['domain', 'logs'],
  exports: ['domain'],
  reports: ['bill', 'domain', 'logs', 'names', 'prices', 'setup', ...ENGINE],
  'names/bedrock': ['own-files.ts', 'aws', 'domain', 'logs', 'names'],
  names: ['domain'],
  aws: ['domain'],
  'setup/aws': ['domain', 'setup', 'aws'],
  setup: ['aws'],
  'assets.ts': [],
  charts: ['assets.ts', 'domain', 'lazy.ts', 'reports'],
  // A program of its own, for browsers: it meets the server only through its tools.
  'mcp/app/page': ['charts', 'domain', 'reports'],
  mcp: [
    'assets.ts',
    'lazy.ts',
    'authentication',
    'authorization',
    'charts',
    'domain',
    'names',
    'reports',
    'setup',
    'engines/engine.ts',
    'engines/queries.ts',
  ],
  http: ['authentication', 'domain', 'mcp'],
  client: ['own-files.ts', 'domain'],
  cli: [
    'assets.ts',
    'lazy.ts',
    'charts',
    'authentication',
    'setup',
    'domain',
    'engines/engine.ts',
    'reports',
    'mcp',
    'http',
    'client',
    'config.ts',
    'compose.ts',
    'exports',
  ],
  entry: ['authentication', 'cli', 'http', 'compose.ts', 'config.ts'],
  'config.ts': ['authentication', 'domain'],
  'lazy.ts': [],
  'own-files.ts': [],
  'compose-engine.ts': [
    'lazy.ts',
    'domain',
    'aws',
    'engines/engine.ts',
    'engines/source-text.ts',
    'engines/composite',
    'engines/files',
    'engines/cloudwatch',
    'engines/athena',
    'engines/metrics',
    'engines/scans',
  ],
  'compose.ts': [
    'authorization',
    'compose-engine.ts',
    'bill',
    'bill/cost-explorer.ts',
    'bill/cur.ts',
    'lazy.ts',
    'names',
    'names/bedrock',
    'setup',
    'setup/aws',
    'domain',
    'engines/engine.ts',
    'engines/composite',
    'engines/source-text.ts',
    'engines/cloudwatch',
    'engines/spending',
    'engines/scans',
    'engines/scans/dynamodb',
    'engines/spending/dynamodb',
    'prices',
    'prices/aws',
    'reports',
    'mcp',
  ],
  'index.ts': ['domain', 'http', 'reports', 'mcp', 'compose.ts'],
};

/** Packages that belong to drivers alone. */
const DRIVER_PACKAGES = /^(@aws-sdk\/|@duckdb\/)/;

const IMPORT = /(?:from|import)\s*\(?\s*'([^'\s]+)'/g;

const files = globSync('src/**/*.{ts,tsx}', { ignore: '**/*.test.ts' }).map((file) => relative('src', file));

const imports = files.flatMap((file) => importsOf(join('src', file)).map((target) => ({ file, target })));

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, target]) => target as string);
}

/** Everything of ours that imports, and what of ours it imports, types and what is loaded later included. */
function importGraph(): Map<string, string[]> {
  const all = globSync('{src,packages,rigs,test,bench,scripts,examples}/**/*.{ts,tsx}', {
    ignore: ['**/node_modules/**', '**/dist/**'],
  });
  return new Map(
    all.map((file) => {
      const near = importsOf(file).filter((target) => target.startsWith('.'));
      return [file, near.map((target) => relative('.', resolve(dirname(file), target)))];
    }),
  );
}

/** Ways that lead back to where they began. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' -> ')];
    if (done.has(file)) return [];
    const circles = (graph.get(file) ?? []).flatMap((target) => walk(target, [...path, file]));
    done.add(file);
    return circles;
  };
  return [...graph.keys()].flatMap((file) => walk(file, []));
}

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

  it('lets no file and no room import in a circle', () => {
    const planted = new Map(Object.entries({ a: ['b', 'c'], b: ['c'], c: ['d'], d: ['b'] }));
    expect(circlesIn(planted)).toEqual(['b -> c -> d -> b']);
    expect(circlesIn(importGraph())).toEqual([]);
    expect(circlesIn(new Map(Object.entries(MAY_IMPORT)))).toEqual([]);
  });

  it('keeps AWS and DuckDB inside drivers', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        DRIVER_PACKAGES.test(target) &&
        !/^(engines\/(athena|cloudwatch|files|metrics|(scans|spending)\/dynamodb)|aws|setup\/aws|names\/bedrock|prices\/aws|exports)\/|^bill\/(cost-explorer|cur)\.ts$/.test(
          file,
        ),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['session layer', 'packages/serverless-mcp', Object.keys(layerJson.peerDependencies)],
    ['local Lambda', 'packages/serverless-mcp-dev', Object.keys(devJson.dependencies)],
  ])('has the %s know nothing of the rest, and need nothing but what it says', (_, folder, packages) => {
    const sources = globSync(`${folder}/src/**/*.ts`, { ignore: '**/*.test.ts' });
    const targets = sources.flatMap((file) =>
      importsOf(file).map((target) =>
        target.startsWith('.') ? relative('.', resolve(dirname(file), target)) : target,
      ),
    );
    const known = (target: string) =>
      target.startsWith(`${folder}/`) || target.startsWith('node:') || packages.includes(target);
    expect(targets.length).toBeGreaterThan(20);
    expect(targets.filter((target) => !known(target))).toEqual([]);
  });

  it('uses of both packages what everybody can', () => {
    const users = globSync('{src,bench,rigs,examples,scripts}/**/*.ts', { ignore: 'bench/mutation/**' });
    const within = users.filter((file) => importsOf(file).some((target) => target.includes('packages/')));
    expect(within).toEqual([]);
  });

  it('loads drivers only when a source needs them', () => {
    const compose = readFileSync('src/compose-engine.ts', 'utf8');
    expect(compose).not.toMatch(/^import .*engines\/files\/index/m);
    expect(compose).toMatch(/await import\('\.\/engines\/files\/index\.ts'\)/);
  });

  it('keeps charts drawable in a browser: only their PNG needs Node', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        file.startsWith('charts/') &&
        !/^charts\/((indexed-)?png|drawing)\.ts$/.test(file) &&
        /^node:|resvg/.test(target),
    );
    expect(wrong).toEqual([]);
  });

  it('loads drawing code only when something is drawn', () => {
    const users = files
      .filter((file) => /^(mcp\/(?!app\/page\/)|cli\/)/.test(file))
      .map((file) => readFileSync(join('src', file), 'utf8'));
    expect(users.filter((text) => /import\('\.\.\/charts\//.test(text))).toHaveLength(2);
    expect(users.filter((text) => /^import .*\/charts\//m.test(text))).toEqual([]);
  });

  it('keeps entries to ten lines', () => {
    const long = files.filter(
      (file) => file.startsWith('entry/') && readFileSync(join('src', file), 'utf8').split('\n').length > 11,
    );
    expect(long).toEqual([]);
  });
});
