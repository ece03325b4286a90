import { isText } from '../json-bytes.ts';
import { type RecordReading, type Reject, readRecord } from '../record.ts';
import { Unreadable } from '../unreadable.ts';
import { cliText } from './cli-text.ts';
import { type Columns, type RecordFormat, STEPPED_OVER } from './format.ts';
import { insightsCell, insightsRow, MESSAGE_COLUMN } from './insights.ts';
import { logEvent } from './log-event.ts';
import { quoted } from './quoted.ts';
import { textLine } from './text-line.ts';
import { wrapped } from './wrapped.ts';

/** Every way in which people have log records, besides as they are. Told by content; the commonest first. */
const FORMATS: readonly RecordFormat[] = [logEvent, insightsCell, insightsRow, wrapped, quoted, cliText, textLine];

/** Objects whose list of that name is the log: pages of CloudWatch (events, results), batches of subscriptions (logEvents). */
const LISTS = ['events', 'logEvents', 'results'].map((name) => Buffer.from(name));

export function isListOfLogs(bytes: Buffer, start: number, end: number): boolean {
  return LISTS.some((name) => isText(bytes, { start, end }, name));
}

/** Wrapped in a wrapping: a batch of a subscription, whose message is a line of another tool. */
const MOST_WRAPPINGS = 3;

/** A record that is damaged is one all the same; of these nobody knows what they are. */
const UNKNOWN: readonly Reject[] = ['not JSON', 'not a ModelInvocationLog record'];

export interface RecordFinder {
  /** Reads a line or a JSON value as a record, or finds the one that it wraps. Undefined: it is neither, and not meant to be. */
  find(bytes: Buffer): RecordReading | undefined;
  columns: Columns;
  /** @throws Unreadable when results of a query were read that have no message */
  checkColumns(): void;
}

/** Finds the records of one file. */
export function createRecordFinder(): RecordFinder {
  const columns: Columns = new Set();
  let records = 0;

  function find(bytes: Buffer, level: number): RecordReading | typeof STEPPED_OVER {
    const own = readRecord(bytes);
    if (isKnown(own) || level === MOST_WRAPPINGS) return own;
    for (const format of FORMATS) {
      const inner = format.unwrap(bytes, columns);
      if (inner === STEPPED_OVER) return STEPPED_OVER;
      for (const candidate of inner ?? []) {
        const found = find(candidate, level + 1);
        if (found === STEPPED_OVER || isKnown(found)) return found;
      }
    }
    return own;
  }

  return {
    find(bytes) {
      const found = find(bytes, 0);
      if (found === STEPPED_OVER) return undefined;
      if ('invocation' in found) records++;
      return found;
    },
    columns,
    checkColumns() {
      if (records > 0 || columns.size === 0 || columns.has(MESSAGE_COLUMN)) return;
      throw new Unreadable(
        `results of a query without the column ${MESSAGE_COLUMN}, which has the record (columns: ${[...columns].join(', ')}): run it again with "fields ${MESSAGE_COLUMN}"`,
      );
    },
  };
}

function isKnown(reading: RecordReading): boolean {
  return 'invocation' in reading || !UNKNOWN.includes(reading.reject);
}
