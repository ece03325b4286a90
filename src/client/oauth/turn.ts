import { createHash } from 'node:crypto';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { lock } from 'proper-lockfile';
import { makeFolder } from '../../own-files.ts';

/** Runs work one at a time on this machine: two processes that send one refresh token end the sign-in at issuers that rotate them. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = envPaths('bedrock-spend', { suffix: '' }).cache;
  await makeFolder(folder);
  const file = join(folder, `oauth-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`);
  // A process that died leaves its lock; it is taken over after ten seconds without a sign of life.
  const release = await lock(file, {
    realpath: false,
    stale: 10_000,
    retries: { retries: 120, minTimeout: 50, maxTimeout: 500 },
    // A machine that slept meanwhile has lost the lock; the default would end the process over it.
    onCompromised: () => {},
  });
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}
