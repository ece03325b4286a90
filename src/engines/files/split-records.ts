import { type RecordReading, readDocument, readRecord } from '../../logs/record.ts';

/** CloudWatch events end at 1 MB and inline bodies at 100 KB each, so nothing longer than this is a log record. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

const NEWLINE = 10;
const NEWLINE_BYTES = Buffer.from('\n');

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface RecordSplitter {
  push(chunk: Buffer): void;
  end(): void;
}

/**
 * Cuts a file into records. AWS writes one JSON object a line; a file whose first line is an array or only the start of a value
 * is taken as a document instead (a pretty-printed object, several, or an array), and read line by line after all if it is none.
 */
export function createRecordSplitter(take: (reading: RecordReading) => void): RecordSplitter {
  let line = takeFirst;
  let document: Buffer[] = [];
  let documentBytes = 0;
  const cutter = createLineCutter((bytes) => line(bytes));

  function takeFirst(first: Buffer): void {
    const bytes = first.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
      ? first.subarray(BYTE_ORDER_MARK.length)
      : first;
    const reading = readRecord(bytes);
    const [opening] = bytes.toString('latin1', 0, 64).trimStart();
    if (opening === '[' || (opening === '{' && 'reject' in reading && reading.reject === 'not JSON')) {
      line = takeDocument;
      takeDocument(bytes);
      return;
    }
    line = takeLine;
    take(reading);
  }

  function takeLine(bytes: Buffer): void {
    take(readRecord(bytes));
  }

  function takeDocument(bytes: Buffer): void {
    document.push(bytes);
    documentBytes += bytes.length + 1;
    if (documentBytes > MAX_RECORD_BYTES) giveUpDocument();
  }

  function giveUpDocument(): void {
    const lines = document;
    document = [];
    line = takeLine;
    for (const bytes of lines) takeLine(bytes);
  }

  return {
    push: cutter.push,
    end() {
      cutter.end();
      if (document.length === 0) return;
      const readings = readDocument(Buffer.concat(document.flatMap((bytes) => [bytes, NEWLINE_BYTES])));
      if (readings === undefined) giveUpDocument();
      else for (const reading of readings) take(reading);
    },
  };
}

/** Cuts chunks at newlines. Blank lines are dropped; an endless line is cut short, so that it cannot fill the memory. */
function createLineCutter(onLine: (bytes: Buffer) => void): RecordSplitter {
  let pending: Buffer[] = [];
  let pendingBytes = 0;

  function hold(bytes: Buffer): void {
    if (bytes.length === 0 || pendingBytes > MAX_RECORD_BYTES) return;
    pending.push(bytes);
    pendingBytes += bytes.length;
  }

  function finish(last: Buffer): void {
    if (pending.length > 0) {
      hold(last);
      const whole = Buffer.concat(pending);
      pending = [];
      pendingBytes = 0;
      if (!isBlank(whole)) onLine(whole);
    } else if (!isBlank(last)) onLine(last);
  }

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        finish(chunk.subarray(start, end));
        start = end + 1;
      }
      hold(chunk.subarray(start));
    },
    end() {
      finish(Buffer.alloc(0));
    },
  };
}

function isBlank(bytes: Buffer): boolean {
  return !bytes.some((byte) => byte > 32);
}
