import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/helpers/log-files.ts';
import { makeFolder } from './make-folder.ts';

describe('a folder', () => {
  it('is made with those above it, for its owner alone, also when it is there', async () => {
    const path = join(await temporaryFolder(), 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path)]);
    await makeFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform !== 'linux')('that cannot be made is told, and not tried for ever', async () => {
    await expect(makeFolder('/proc/bedrock-spend/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(makeFolder('/dev/null/a/b')).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
