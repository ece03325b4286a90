import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOnce } from './bundle.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app/late.ts'), 'export const late: string = "late";');
  writeFileSync(
    join(folder, 'app/handler.ts'),
    'export const handler = async (): Promise<string> => (await import("./late.ts")).late;',
  );
  writeFileSync(join(folder, 'app/other.ts'), 'export const main = 1;');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('what a deployment zips', () => {
  it('is the handler with all it needs, and works', async () => {
    const out = join(folder, 'out');
    await bundleOnce(join(folder, 'app/handler.ts'), out);
    expect(readdirSync(out).every((name) => name.endsWith('.mjs'))).toBe(true);
    const { handler } = await import(join(out, 'index.mjs'));
    expect(await handler()).toBe('late');
  });

  it('is told when it has no handler, and when it cannot be bundled', async () => {
    const out = join(folder, 'none');
    await expect(bundleOnce(join(folder, 'app/other.ts'), out)).rejects.toThrow(/no export named handler.*main/);
    await expect(bundleOnce(join(folder, 'app/absent.ts'), out)).rejects.toThrow(/There is no file/);
    writeFileSync(join(folder, 'app/broken.ts'), 'export const handler = ;');
    await expect(bundleOnce(join(folder, 'app/broken.ts'), out)).rejects.toThrow(/broken\.ts:1:\d+: /);
  });
});
