import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openAccessControl } from '../authorization/access-control.ts';
import { createKeyReader } from './key-file.ts';
import { checkTrusted } from './trusted-file.ts';

let top: string;
let folder: string;
let file: string;
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'trusted-'));
  folder = join(top, 'config');
  file = join(folder, 'file');
  await mkdir(folder);
  await writeFile(file, '{"version":1,"keys":[]}', { mode: 0o600 });
  onTestFinished(() => rm(top, { recursive: true, force: true }));
});

describe.skipIf(process.platform === 'win32')('a file that decides who may do what', () => {
  const refused = (words: RegExp) => ({ code: 'INVALID_SETTING', message: expect.stringMatching(words) });

  it.each<[what: string, change: () => Promise<void>, words: RegExp]>([
    ['that the group can write', () => chmod(file, 0o660), /it can be written by others: chmod go-w .*file\.$/],
    ['that everybody can write', () => chmod(file, 0o602), /it can be written by others/],
    [
      'in a folder that the group can write',
      () => chmod(folder, 0o770),
      /config can be written by others.*chmod go-w .*config\.$/,
    ],
    ['in a folder that everybody can write', () => chmod(folder, 0o777), /config can be written by others/],
    ['below a folder that everybody can write', () => chmod(top, 0o777), /trusted-\w+ can be written by others/],
  ])('is refused %s', async (_, change, words) => {
    await change();
    await expect(checkTrusted(file)).rejects.toMatchObject(refused(words));
    // And so by all that go by such a file.
    await expect(createKeyReader(file)()).rejects.toMatchObject(refused(words));
    const log = () => {};
    await expect(openAccessControl({ policy: file }, async () => [], log)).rejects.toMatchObject(refused(words));
  });

  it('is taken where root owns it', async () => {
    await checkTrusted('/etc/passwd', undefined, 12345);
  });

  it.runIf(process.getuid?.() === 0)('names the user who owns it', async () => {
    await chown(file, 12345, 0);
    await expect(checkTrusted(file)).rejects.toMatchObject(
      refused(/it belongs to user 12345, who could change it: chown it to root, who runs this\.$/),
    );
    await chown(file, 0, 0);
    await chown(folder, 12345, 0);
    await expect(checkTrusted(file)).rejects.toMatchObject(refused(/config belongs to user 12345/));
  });

  it('is refused by way of a link that others can replace, and one that leads to where they can write', async () => {
    const open = join(top, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    await symlink(file, join(open, 'link'));
    await expect(checkTrusted(join(open, 'link'))).rejects.toMatchObject(refused(/open can be written/));
    await writeFile(join(open, 'real'), '', { mode: 0o600 });
    await symlink(join(open, 'real'), join(folder, 'link'));
    await expect(checkTrusted(join(folder, 'link'))).rejects.toMatchObject(refused(/open can be written/));
  });

  it('is taken in a folder that everybody can write, where each can take away only what is theirs', async () => {
    await chmod(folder, 0o1777);
    await checkTrusted(file);
    await chmod(file, 0o644);
    await checkTrusted(file);
  });
});
