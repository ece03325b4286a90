import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT, WORKERS } from '../scripts/bundle.ts';
import { bundleFunction } from '../scripts/bundle-lambda.ts';
import { bundleCode } from '../scripts/bundle-package.ts';
import { loadedAtStart } from './helpers/loaded.ts';
import { SAMPLE_LOGS } from './helpers/sample.ts';

/**
 * What a start may load: source modules, and the bundle's files with their kilobytes. About a tenth above what it is. To raise one, say in the
 * commit what it is for and why the start has to wait for it.
 */
const LIMITS = {
  '--version': { modules: 40, files: 19, kilobytes: 295 },
  stdio: { modules: 158, files: 53, kilobytes: 1030 },
  serve: { modules: 205, files: 57, kilobytes: 1125 },
  'a Lambda instance': { modules: 162, files: 2, kilobytes: 540 },
};

const folder = mkdtempSync(join(tmpdir(), 'start-size-'));
const [product, lambda] = [join(folder, 'product'), join(folder, 'lambda')];
let bundles: { product: Metafile; lambda: Metafile };

beforeAll(async () => {
  const [code, { metafile }] = await Promise.all([
    bundleCode(product),
    bundleFunction(join(ROOT, 'src/entry/lambda.ts'), lambda, WORKERS),
  ]);
  bundles = { product: code, lambda: metafile };
  writeFileSync(join(product, 'package.json'), '{"type":"module"}');
});

const cli = (...args: string[]) => [join(product, 'cli.js'), ...args];

const INSTANCE = `
  globalThis.awslambda = { streamifyResponse: (handler) => handler };
  await import(${JSON.stringify(join(lambda, 'index.mjs'))});`;

const STARTS = {
  '--version': () => loadedAtStart({ args: cli('--version') }, bundles.product),
  stdio: () => loadedAtStart({ args: cli('stdio', '--source', SAMPLE_LOGS) }, bundles.product),
  serve: () =>
    loadedAtStart(
      { args: cli('serve', '--port', '0', '--source', SAMPLE_LOGS), started: /answers anybody on this machine/ },
      bundles.product,
    ),
  'a Lambda instance': () =>
    loadedAtStart(
      {
        args: ['--input-type=module', '--eval', INSTANCE],
        env: { BEDROCK_SPEND_SOURCE: '.', BEDROCK_SPEND_SESSION_TABLE: 'none' },
      },
      bundles.lambda,
    ),
};

describe('a start', () => {
  it.each(Object.keys(STARTS) as (keyof typeof STARTS)[])('of %s loads little', async (name) => {
    const { modules, files, kilobytes } = await STARTS[name]();
    const largest = modules.slice(0, 10).map(({ file, bytes }) => `${bytes.toString().padStart(8)} ${file}`);
    const told = `${name} loads ${modules.length} modules, ${files} files, ${kilobytes} KB; the largest, in bytes:\n${largest.join('\n')}\n`;
    expect.soft(modules.length, told).toBeLessThanOrEqual(LIMITS[name].modules);
    expect.soft(files, told).toBeLessThanOrEqual(LIMITS[name].files);
    expect.soft(kilobytes, told).toBeLessThanOrEqual(LIMITS[name].kilobytes);
    // That something was seen at all.
    expect(modules.length).toBeGreaterThan(LIMITS[name].modules / 2);
  });
});
