import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { bundled } from '../../../test/helpers/bundled.ts';
import { callOf, temporaryFolder, writeFiles } from '../../../test/helpers/log-files.ts';
import { NO_LABELS } from './labels.ts';
import { createLoneReader } from './reader-pool.ts';

const program = async () => pathToFileURL(await bundled('test/helpers/dying-reader.ts'));
const readerOf = async (given?: URL) =>
  createLoneReader({ program: given ?? (await program()), secret: new Uint8Array(32), labels: NO_LABELS });

async function fileOf(name: string, records: number) {
  const folder = await temporaryFolder();
  await writeFiles(folder, { [name]: Array.from({ length: records }, () => callOf()) });
  return { name, path: join(folder, name) };
}

describe('a file whose reading thread fails', () => {
  it.each([
    ['ends-thread.json', 'reading it failed (its thread ended with code 1)'],
    ['throws.json', 'reading it failed (a fault of ours)'],
    [
      'eats-memory.json',
      'reading it failed (it took more than the 512 MB of memory that a thread may use (ERR_WORKER_OUT_OF_MEMORY); split the file or leave it out)',
    ],
  ])('is answered with why: %s', async (name, damaged) => {
    const reader = await readerOf();
    expect(await reader.read(await fileOf(name, 1), () => {})).toMatchObject({ damaged, passing: 'lost' });
    // And the next has a thread again.
    expect(await reader.read(await fileOf('a.json', 1), () => {})).toMatchObject({ records: 1 });
    await reader.close();
  });

  it('is answered when the thread says what cannot be read', async () => {
    const reader = await readerOf();
    const post = vi.spyOn(Worker.prototype, 'postMessage').mockImplementationOnce(function (this: Worker) {
      this.emit('messageerror', new Error('half a message'));
    });
    const reading = await reader.read(await fileOf('a.json', 1), () => {});
    post.mockRestore();
    expect(reading).toMatchObject({ damaged: expect.stringContaining('half a message'), passing: 'lost' });
    expect(await reader.read(await fileOf('a.json', 1), () => {})).toMatchObject({ records: 1 });
    await reader.close();
  });

  it('is one to read again where the system gives no thread', async () => {
    const reader = await readerOf(new URL('http://localhost/no-program'));
    const reading = await reader.read(await fileOf('a.json', 1), () => {});
    expect(reading).toMatchObject({ damaged: expect.stringContaining('ERR_'), passing: 'fault' });
  });

  it('fails with whoever takes its records, at once or later', async () => {
    const reader = await readerOf();
    const file = await fileOf('a.json', 9_000);
    const full = () => {
      throw new Error('disk full');
    };
    await expect(reader.read(file, full)).rejects.toThrow('disk full');
    await expect(reader.read(file, async () => full())).rejects.toThrow('disk full');
    await reader.close();
  });

  it('is not begun for who has gone', async () => {
    const reader = await readerOf();
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(reader.read(await fileOf('a.json', 1), () => {}, gone)).rejects.toThrow('gone');
    await reader.close();
  });
});
