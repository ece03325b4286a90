import type { RecordReading, Reject } from '../../logs/record.ts';
import { Unreadable } from '../../logs/unreadable.ts';
import type { Records } from './records.ts';
import { createRecordSplitter } from './split-records.ts';
import { createTextReader } from './text.ts';
import { openChunks } from './unpack.ts';

export interface ReadableFile {
  /** What it is known by, here or elsewhere. */
  name: string;
  /** Where its bytes are. */
  path: string;
}

export interface FileReading {
  records: number;
  malformed: Partial<Record<Reject, number>>;
  /** Why the file could not be read to its end; its records must then not be used. */
  damaged?: string;
  /** It may not be the file's fault: the system failed, or the file went since it was listed. */
  passing?: 'fault' | 'gone';
}

/** After so much without one record a file is no log, whatever else is in it: a few megabytes of gzip can hold terabytes. */
const MOST_BARREN_BYTES = 8 * 1024 ** 3;
const MOST_BARREN_LINES = 50_000_000;

/**
 * Reads one log file, gzip or plain (told by its first bytes, not by its name), in constant memory.
 * @param id what the records are the file's by; it may still turn out damaged when some were taken
 */
export async function readLogFile(
  file: ReadableFile,
  id: number,
  records: Records,
  signal?: AbortSignal,
): Promise<FileReading> {
  const reading: FileReading = { records: 0, malformed: {} };
  let line = 0;
  /** Where the last record was. */
  const fruitful = { line: 0, bytes: 0 };
  let bytes = 0;
  const count = () => {
    reading.records++;
    fruitful.line = line;
    fruitful.bytes = bytes;
  };
  const take = (record: RecordReading) => {
    line++;
    if ('reject' in record) reading.malformed[record.reject] = (reading.malformed[record.reject] ?? 0) + 1;
    else {
      count();
      // Without a request id nothing can be a repeat of it: its place in the file is its identity.
      const { requestId } = record.invocation;
      records.add(id, requestId ? record.invocation : { ...record.invocation, requestId: `${file.name}:${line}` });
    }
  };
  const takeQuickly = (chunk: Buffer, start: number, end: number) => {
    if (!records.take(id, chunk, start, end)) return false;
    line++;
    count();
    return true;
  };
  const splitter = createRecordSplitter(take, takeQuickly);
  const text = createTextReader(splitter.push);
  const unpacked = openChunks(file.path, file.name);
  try {
    for await (const chunk of unpacked.chunks) {
      signal?.throwIfAborted();
      bytes += chunk.length;
      text.push(chunk);
      if (bytes - fruitful.bytes > MOST_BARREN_BYTES || line - fruitful.line > MOST_BARREN_LINES)
        throw new Unreadable(BARREN);
    }
    text.end();
    splitter.end();
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ...reading, ...damageFrom(error as NodeJS.ErrnoException) };
  } finally {
    // The last line may be read from its bytes only now, at the end.
    unpacked.release();
  }
  return reading;
}

const BARREN = 'it goes on for gigabytes without a record: it is no log';

/** What the system refuses, or cannot do now, is no fault of the file: permissions, too many open files, a disk or network that fails. */
function damageFrom({ code, syscall, message }: NodeJS.ErrnoException): Pick<FileReading, 'damaged' | 'passing'> {
  if (syscall === undefined && code !== 'Z_MEM_ERROR') return { damaged: message };
  return { damaged: `it cannot be read now (${code})`, passing: code === 'ENOENT' ? 'gone' : 'fault' };
}
