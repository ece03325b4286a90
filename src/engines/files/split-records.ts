import { createRecordFinder, isListOfLogs } from '../../logs/formats/index.ts';
import { type CsvRows, createCsvRows, messageColumn } from '../../logs/formats/insights-csv.ts';
import { isHeading, isTimed } from '../../logs/formats/text-line.ts';
import { hasMembers } from '../../logs/json-bytes.ts';
import { createJsonValues, MAX_RECORD_BYTES } from '../../logs/json-values.ts';
import { type RecordReading, readRecord } from '../../logs/record.ts';
import { Unreadable } from '../../logs/unreadable.ts';
import { isBlank, jsonIn } from './lines.ts';

/** A line up to this length is looked at whole, a longer one is read in parts where it is JSON. */
const LONG_LINE_BYTES = 1024 * 1024;

const LINE_FEED = 10;
const OPEN_OBJECT = 123;

const NO_RECORD: RecordReading = { reject: 'not JSON' };

export interface RecordSplitter {
  push(chunk: Buffer): void;
  /** @throws Unreadable when the file ends in the middle of something */
  end(): void;
}

/** Takes a line that is a record and nothing else, from its first byte to the one after its last; false where it does not. */
export type TakeQuickly = (bytes: Buffer, start: number, end: number) => boolean;

/** Reads lines in parts, as they come. */
interface LineReader {
  push(part: Buffer): void;
  endLine(): void;
}

/** Takes the rest of a line that is longer than anything can be. */
const NOTHING: LineReader = { push() {}, endLine() {} };

/**
 * Cuts a file into records. AWS writes one JSON object a line, which is tried first; a line that is none may begin JSON of several
 * lines, hold several values, have something before the record or wrap it. What it is, each line tells anew.
 * @param take gets what was read of each record, or why it could not be
 * @param takeQuickly is tried first, where nothing is open
 */
export function createRecordSplitter(
  take: (reading: RecordReading) => void,
  takeQuickly: TakeQuickly = () => false,
): RecordSplitter {
  const finder = createRecordFinder();
  const values = createJsonValues({ value: takeFound, broken: takeBroken, isList: isListOfLogs });
  /** What the line, and the next ones, go to in place of being gathered whole. */
  let reader: LineReader | undefined;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  /** At how many bytes it is looked at what the line is. */
  let lookAt = LONG_LINE_BYTES;
  let csv: CsvRows | undefined;
  let isFirst = true;
  let isEnding = false;
  /** A line before may have been the heading of a record on the next ones. */
  let heading = false;

  function takeLine(line: Buffer): void {
    if (line[0] === OPEN_OBJECT && !values.isOpen) {
      const reading = readRecord(line);
      if ('invocation' in reading) {
        isFirst = false;
        heading = false;
        take(reading);
        return;
      }
    }
    if (!isBlank(line)) takeOther(line);
  }

  function takeOther(line: Buffer): void {
    // A value that is open when an entry of its own begins was cut off before.
    if (values.isOpen && (isTimed(line) || (line[0] === OPEN_OBJECT && hasMembers(line)))) takeBroken(values.giveUp());
    const json = values.isOpen ? line : jsonIn(line);
    if (json) readJson(json);
    else if (!isHeader(line)) takeText(line);
    isFirst = false;
  }

  function readJson(json: Buffer): void {
    heading = false;
    values.push(json);
    if (!isEnding) values.endLine();
    if (values.isInList) reader = values;
  }

  /** The first line of a CSV file names its columns. */
  function isHeader(line: Buffer): boolean {
    const column = isFirst ? messageColumn(line, finder.columns) : undefined;
    if (column === undefined) return false;
    csv = createCsvRows(column, takeFound);
    reader = csv;
    return true;
  }

  function takeText(line: Buffer): void {
    takeHeading();
    heading = isHeading(line);
    if (!heading) takeFound(line);
  }

  function takeHeading(): void {
    if (heading) take(NO_RECORD);
    heading = false;
  }

  function takeFound(bytes: Buffer): void {
    const reading = finder.find(bytes);
    if (reading) take(reading);
  }

  function takeBroken(held: Buffer | undefined): void {
    if (held === undefined) take(NO_RECORD);
    else
      for (let start = 0, end = 0; start < held.length; start = end + 1) {
        end = held.indexOf(LINE_FEED, start);
        if (end < 0) end = held.length;
        if (!isBlank(held.subarray(start, end))) take(NO_RECORD);
      }
  }

  function takePart(part: Buffer): void {
    if (reader) reader.push(part);
    else {
      pending.push(part);
      pendingBytes += part.length;
      if (pendingBytes > lookAt) takeLong();
    }
  }

  function takeLong(): void {
    const begun = takePending();
    const json = values.isOpen ? begun : jsonIn(begun);
    if (json) {
      heading = false;
      isFirst = false;
      reader = values;
      values.push(json);
    } else if (begun.length > MAX_RECORD_BYTES) {
      take(NO_RECORD);
      reader = NOTHING;
    } else {
      pending = [begun];
      pendingBytes = begun.length;
      lookAt = MAX_RECORD_BYTES;
    }
  }

  function takePending(): Buffer {
    const whole = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    lookAt = LONG_LINE_BYTES;
    return whole;
  }

  function endLine(): void {
    if (reader === undefined) takeLine(takePending());
    else {
      if (!isEnding || reader === csv) reader.endLine();
      if (reader !== csv && !values.isInList) reader = undefined;
    }
  }

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
        const isWithin = reader !== undefined || pendingBytes > 0;
        if (isWithin) {
          takePart(chunk.subarray(start, end));
          endLine();
        } else if (chunk[start] === OPEN_OBJECT && !values.isOpen && takeQuickly(chunk, start, end)) {
          isFirst = false;
          heading = false;
        } else takeLine(chunk.subarray(start, end));
        start = end + 1;
      }
      if (start < chunk.length) takePart(chunk.subarray(start));
    },
    end() {
      isEnding = true;
      endLine();
      csv?.end();
      const held = values.end();
      if (held) takeUnended(held);
      takeHeading();
      finder.checkColumns();
    },
  };

  function takeUnended(held: Buffer): void {
    const first = held.indexOf(LINE_FEED);
    if (first >= 0 && !isBlank(held.subarray(first)))
      throw new Unreadable('it ends in the middle of a JSON value: it was cut short');
    take(NO_RECORD);
  }
}
