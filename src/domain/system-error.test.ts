import { appendFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SpendError } from './errors.ts';
import { fromSystem, writing } from './system-error.ts';

const nodeError = (code: string, more: object = {}) => Object.assign(new Error(`${code}: whatever`), { code, ...more });

describe('an error of the system', () => {
  it.each([
    ['a full disk', nodeError('ENOSPC'), 'SYSTEM_REFUSED', /^This machine: no space is left \(ENOSPC\)\. Make room/],
    ['a file', nodeError('EROFS', { path: '/x' }), 'SYSTEM_REFUSED', /^\/x: the file system is read-only \(EROFS\)\./],
    ['a right', nodeError('EACCES', { path: '/x' }), 'SYSTEM_REFUSED', /^\/x: this user may not \(EACCES\)\./],
    ['open files', nodeError('EMFILE'), 'SYSTEM_REFUSED', /too many files are open \(EMFILE\).*ulimit/],
    [
      'a name',
      nodeError('ENOTFOUND', { hostname: 'h' }),
      'UPSTREAM_UNREACHABLE',
      /^h: the name is not known \(ENOTFOUND\)/,
    ],
    ['a name, later', nodeError('EAI_AGAIN', { hostname: 'h' }), 'UPSTREAM_UNREACHABLE', /^h: .*\(EAI_AGAIN\)/],
    ['a host', nodeError('ECONNREFUSED', { address: '::1' }), 'UPSTREAM_UNREACHABLE', /^::1: .*\(ECONNREFUSED\)/],
    [
      'what fetch says',
      new TypeError('fetch failed', { cause: nodeError('SELF_SIGNED_CERT_IN_CHAIN') }),
      'UPSTREAM_UNREACHABLE',
      /not trusted \(SELF_SIGNED_CERT_IN_CHAIN\).*NODE_EXTRA_CA_CERTS/,
    ],
    [
      'a host with two addresses',
      new AggregateError([nodeError('ETIMEDOUT', { address: '::1' })]),
      'UPSTREAM_UNREACHABLE',
      /^::1: there is no way there \(ETIMEDOUT\)/,
    ],
    [
      'DuckDB’s words',
      new Error('IO Error: Could not write file "/a/l.duckdb.wal": No space left on device'),
      'SYSTEM_REFUSED',
      /^\/a\/l\.duckdb\.wal: no space is left \(ENOSPC\)/,
    ],
    [
      'DuckDB without room for what it cannot hold',
      new Error('Out of Memory Error: failed to offload data block of size 256.0 KiB (max_temp_directory_size)'),
      'SYSTEM_REFUSED',
      /no space is left/,
    ],
  ])('is one line that says what to do: %s', (_, error, code, message) => {
    const told = fromSystem(error);
    expect(told).toBeInstanceOf(SpendError);
    expect(told).toMatchObject({ code, message: expect.stringMatching(message) });
    expect((told as Error).message).not.toContain('\n');
  });

  it('is told from all others, which stay as they are', () => {
    const circular = new Error('a');
    circular.cause = circular;
    const ours = new SpendError('NO_RECORDS', 'none', { cause: nodeError('ENOSPC') });
    for (const error of [new TypeError('x is undefined'), nodeError('ENOENT'), circular, ours, 'text', undefined])
      expect(fromSystem(error)).toBe(error);
  });

  it('is what Node throws', async () => {
    const refused = await new Promise((resolve) => createConnection(9, '127.0.0.1').on('error', resolve));
    expect(fromSystem(refused)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1'),
    });
  });

  it.runIf(process.platform === 'linux')('names the file that could not be written', async () => {
    await expect(writing('/etc/keys', () => appendFile('/dev/full', 'x'))).rejects.toMatchObject({
      code: 'SYSTEM_REFUSED',
      message: expect.stringMatching(/^\/etc\/keys: no space is left \(ENOSPC\)/),
    });
  });
});
