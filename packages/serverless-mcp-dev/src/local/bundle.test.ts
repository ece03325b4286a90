import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { bundleOnce, createBundler } from './bundle.ts';

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

describe('a bundler that watches', () => {
  /** A handler of its own, whose versions are told as they come. */
  async function start(name: string) {
    const own = join(folder, name);
    const entry = join(own, 'handler.ts');
    const write = (version: number, more = '') =>
      writeFileSync(entry, `export const handler = () => 'version ${version}';${more}`);
    mkdirSync(own);
    write(1);
    const bundler = await createBundler({ entry, folder: join(own, 'built') });
    onTestFinished(bundler.close);
    const versionOf = (handler: string) =>
      Number(/version (\d+)/.exec(readFileSync(handler.replace(/handler$/, 'mjs'), 'utf8'))?.[1]);
    const told: number[] = [];
    const watch = () =>
      bundler.watch(
        (handler) => void told.push(versionOf(handler)),
        () => void told.push(Number.NaN),
      );
    const build = async () => versionOf(await bundler.build());
    return { own, write, build, watch, told };
  }

  it('tells a change between the first build and the watch, and none where there is none', async () => {
    const { write, build, watch, told } = await start('early');
    await build();
    write(2);
    await watch();
    await vi.waitFor(() => expect(told).toEqual([2]), 20_000);
    write(3);
    await vi.waitFor(() => expect(told).toEqual([2, 3]), 20_000);
  });

  it('tells the newest last, also when the one before takes long to keep', async () => {
    const { own, write, build, watch, told } = await start('slow');
    const late = Array.from({ length: 800 }, (_, index) => `./late-${index}.ts`);
    for (const file of late) writeFileSync(join(own, file), 'export {};');
    await build();
    await watch();
    write(2, late.map((file) => `import('${file}');`).join('\n'));
    await vi.waitFor(() => expect(existsSync(join(own, 'built/2'))).toBe(true), 20_000);
    write(3);
    await vi.waitFor(() => expect(told).toEqual([2, 3]), 20_000);
  });

  it('answers each who asks for a build, and goes on telling of changes', async () => {
    const { write, build, watch, told } = await start('asked');
    await build();
    await watch();
    write(2);
    expect(await Promise.all([build(), build()])).toEqual([2, 2]);
    write(3);
    await vi.waitFor(() => expect(told.at(-1)).toBe(3), 20_000);
  });

  it('tells when a fault is gone, though the code is what it was', async () => {
    const { write, build, watch, told } = await start('mended');
    await build();
    await watch();
    write(1, '(');
    await vi.waitFor(() => expect(told).toEqual([Number.NaN]), 20_000);
    write(1);
    await vi.waitFor(() => expect(told).toEqual([Number.NaN, 1]), 20_000);
  });
});
