import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { chooseRic, LOADER } from './ric.ts';

let cache: string;
let lines: string[];
const choose = (wish?: string) => chooseRic((line) => lines.push(line), wish, cache);

beforeEach(async () => {
  lines = [];
  cache = await mkdtemp(join(tmpdir(), 'rig-ric-'));
  const folder = cache;
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

describe('the runtime interface client', () => {
  it('is the loader when that is wished for', async () => {
    expect(await choose('loader')).toEqual(LOADER);
    expect(lines).toEqual([]);
  });

  it('is the one that was built before', async () => {
    const built = join(cache, 'aws-lambda-ric-4.0.2');
    await mkdir(built);
    await writeFile(join(built, 'index.mjs'), '');
    expect(await choose()).toEqual({ kind: 'native', entry: join(built, 'index.mjs') });
  });

  describe('where it cannot be built', () => {
    beforeEach(() => {
      vi.stubEnv('PATH', '/nowhere');
      onTestFinished(() => void vi.unstubAllEnvs());
    });

    it('is the loader, and the log says why', async () => {
      expect(await choose()).toEqual(LOADER);
      expect(lines).toEqual([
        expect.stringMatching(
          /^aws-lambda-ric cannot be built \(missing: cmake, .*\): functions run under .*loader\.ts/,
        ),
      ]);
    });

    it('is not tried again at once', async () => {
      await choose();
      vi.unstubAllEnvs();
      expect(await choose()).toEqual(LOADER);
    });

    it('is an error when nothing else will do', async () => {
      await expect(choose('native')).rejects.toThrow(/cannot be built: missing: cmake/);
    });
  });
});
