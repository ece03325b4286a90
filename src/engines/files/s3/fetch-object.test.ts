import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/helpers/log-files.ts';
import { fetchObject } from './fetch-object.ts';

const client = { send: async () => ({ Body: Readable.from([Buffer.from('log')]) }) } as unknown as S3Client;
const { signal } = new AbortController();

it('brings an object to a file', async () => {
  const path = join(await temporaryFolder(), '0');
  expect(await fetchObject(client, 'logs', 'a.json', path, signal)).toBeUndefined();
  expect(await readFile(path, 'utf8')).toBe('log');
});

it.skipIf(process.platform !== 'linux')('does not blame the object for a full disk', async () => {
  await expect(fetchObject(client, 'logs', 'a.json', '/dev/full', signal)).rejects.toMatchObject({ code: 'ENOSPC' });
});
