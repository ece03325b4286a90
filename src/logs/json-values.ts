import { closingQuote, isBlank } from './json-bytes.ts';
import { Unreadable } from './unreadable.ts';

/** CloudWatch events end at 1 MB and inline bodies at 100 KB each, so nothing longer than this is a log record. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Lists in lists (an array of pages of rows of cells) are looked through so deep; what lies deeper is one value. */
const MOST_LISTS = 6;

const LEAST_WINDOW_BYTES = 64 * 1024;

/** A literal or number is never longer. */
const MOST_SCALAR_BYTES = 64;
const SCALAR = /^(true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/;

/** First letters of true, false and null. */
const LITERALS: ReadonlySet<number> = new Set(Buffer.from('tfn'));
const MINUS = 45;

const LINE_FEED = Buffer.from('\n');
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

export interface ValueHandlers {
  /** A whole value. Its bytes are good until the handler returns. */
  value(bytes: Buffer): void;
  /**
   * What follows on the line is no JSON.
   * @param held the value that broke off at the end of a line, from its beginning, if one did
   */
  broken(held: Buffer | undefined): void;
  /** Whether the member of that name is a list whose elements are wanted, in place of the object that has it. */
  isList(bytes: Buffer, start: number, end: number): boolean;
}

export interface JsonValues {
  /** A value or a list has begun and not ended. */
  readonly isOpen: boolean;
  /** So has a list. */
  readonly isInList: boolean;
  /** Reads a line without its line feed, or the next part of one. @throws Unreadable for a list that is broken or a value too long */
  push(bytes: Buffer): void;
  endLine(): void;
  /** Gives up the value that is open, and gives back what there was of it. */
  giveUp(): Buffer;
  /** Nothing comes any more. Gives back what there was of a value that did not end. @throws Unreadable for a list that did not end */
  end(): Buffer | undefined;
}

/**
 * Finds JSON values in a stream of bytes: one after another with or without line feeds between them, spread over lines, and the
 * elements of arrays however long these are. No more is held than the value that is being read. Commas may lack or be too many.
 */
export function createJsonValues({ value, broken, isList }: ValueHandlers): JsonValues {
  let window = Buffer.alloc(0);
  /** What was pushed, up to its end. */
  let view = window.subarray(0, 0);
  let at = 0;
  /** Inside the value that is being read. */
  let depth = 0;
  /** Where that value began; -1: an object whose list was read, the rest of which is stepped over. */
  let start = 0;
  /** Where the string begins that is being read, or -1. */
  let stringStart = -1;
  let isObject = false;
  let hasListName = false;
  /** For each list around: whether it is a member of an object, and how many elements it had. */
  let lists: { inObject: boolean; elements: number }[] = [];
  let lines = 0;
  let isDropping = false;
  /** Bytes before the window. */
  let passed = 0;

  const isReading = () => depth > 0 || stringStart >= 0;

  /** The first byte that is still needed. */
  function needed(): number {
    if (!isReading()) return at;
    return start >= 0 ? start : stringStart >= 0 ? stringStart : at;
  }

  function append(bytes: Buffer): void {
    const used = view.length;
    if (used + bytes.length <= window.length) {
      bytes.copy(window, used);
      view = window.subarray(0, used + bytes.length);
      return;
    }
    const from = needed();
    const size = used - from + bytes.length;
    const next = size * 2 > window.length ? Buffer.allocUnsafe(Math.max(size * 2, LEAST_WINDOW_BYTES)) : window;
    view.copy(next, 0, from);
    bytes.copy(next, used - from);
    window = next;
    view = next.subarray(0, size);
    at -= from;
    passed += from;
    if (start >= 0) start -= from;
    if (stringStart >= 0) stringStart -= from;
  }

  function scan(): void {
    while (at < view.length && !isDropping) {
      if (stringStart >= 0) readString();
      else if (depth > 0) readNested();
      else if (!readBetween(view[at] as number)) return;
    }
    if (view.length - needed() > MAX_RECORD_BYTES) refuseLength();
  }

  function readString(): void {
    const quote = closingQuote(view, stringStart, at);
    at = quote < 0 ? view.length : quote + 1;
    if (quote < 0) return;
    if (depth === 1 && isObject) hasListName = isList(view, stringStart, quote);
    stringStart = -1;
    if (depth === 0) endValue();
  }

  /** To the next string, list or end of the value. */
  function readNested(): void {
    const bytes = view;
    let i = at;
    for (; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) {
        stringStart = i + 1;
        break;
      }
      if (byte === COMMA) hasListName = false;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (--depth === 0) break;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (byte === OPEN_ARRAY && depth === 1 && hasListName && lists.length < MOST_LISTS) {
          at = i;
          openList(true);
          return;
        }
        depth++;
      }
    }
    at = Math.min(i + 1, bytes.length);
    if (depth === 0) endValue();
  }

  /** Between values. Returns false when more bytes are needed to go on. */
  function readBetween(byte: number): boolean {
    if (isBlank(byte) || byte === COMMA) at++;
    else if (byte === OPEN_OBJECT) beginValue(true);
    else if (byte === OPEN_ARRAY) {
      if (lists.length < MOST_LISTS) openList(false);
      else beginValue(false);
    } else if (lists.length === 0) drop();
    else if (byte === CLOSE_ARRAY) closeList();
    else if (byte === QUOTE) {
      start = at;
      stringStart = ++at;
    } else return readScalar();
    return true;
  }

  function beginValue(object: boolean): void {
    if (lists.length === 0) lines = 0;
    start = at++;
    depth = 1;
    isObject = object;
    hasListName = false;
  }

  function readScalar(): boolean {
    let end = at;
    while (end < view.length && isOfScalar(view[end] as number)) end++;
    if (end === view.length && end - at < MOST_SCALAR_BYTES) return false;
    if (!isScalar(view.subarray(at, end))) {
      drop();
      return true;
    }
    start = at;
    at = end;
    value(view.subarray(start, at));
    return true;
  }

  function endValue(): void {
    const list = lists.at(-1);
    if (list) list.elements++;
    if (start >= 0) value(view.subarray(start, at));
    start = at;
  }

  function openList(inObject: boolean): void {
    if (lists.length === 0 && !inObject) lines = 0;
    const around = lists.at(-1);
    if (around) around.elements++;
    lists.push({ inObject, elements: 0 });
    depth = 0;
    at++;
  }

  function closeList(): void {
    const closed = lists.pop();
    at++;
    if (!closed?.inObject) return;
    // On with the object that it was in.
    depth = 1;
    start = -1;
    isObject = true;
    hasListName = false;
  }

  /** The rest of the line is no JSON. A bracket alone makes no list of it: `[INFO] started` is a line of text. */
  function drop(): void {
    const isText = lists.length === 1 && lines === 0 && lists[0]?.inObject === false && lists[0].elements === 0;
    if (lists.length > 0 && !isText) throw new Unreadable(`its JSON is broken at byte ${passed + at}`);
    reset();
    isDropping = true;
    broken(undefined);
  }

  /** A string cannot hold a line feed, so the value broke off before it. */
  function breakOff(): void {
    if (lists.length > 0)
      throw new Unreadable(`its JSON is broken at byte ${passed + view.length}: a text ends with its line`);
    const held = giveUp();
    broken(held);
  }

  function refuseLength(): void {
    if (lists.length > 0 || lines > 0)
      throw new Unreadable(
        `it holds a JSON value of more than 64 MB, which no log record is, from byte ${passed + needed()} on`,
      );
    reset();
    isDropping = true;
    broken(undefined);
  }

  function giveUp(): Buffer {
    const held = view.subarray(needed());
    reset();
    return held;
  }

  function reset(): void {
    at = view.length;
    depth = 0;
    stringStart = -1;
    lists = [];
  }

  return {
    get isOpen() {
      return isReading() || lists.length > 0;
    },
    get isInList() {
      return lists.length > 0;
    },
    push(bytes) {
      if (isDropping) return;
      append(bytes);
      scan();
    },
    endLine() {
      if (isDropping) isDropping = false;
      else if (stringStart >= 0) breakOff();
      else if (isReading() || lists.length > 0) {
        lines++;
        append(LINE_FEED);
        scan();
      }
    },
    giveUp,
    end() {
      if (lists.length > 0) throw new Unreadable('it ends in the middle of a JSON list: it was cut short');
      return isReading() ? giveUp() : undefined;
    },
  };
}

function isScalar(bytes: Buffer): boolean {
  const first = bytes[0] as number;
  const mayBe = first === MINUS || (first >= 48 && first <= 57) || LITERALS.has(first);
  return mayBe && bytes.length < MOST_SCALAR_BYTES && SCALAR.test(bytes.toString('latin1'));
}

function isOfScalar(byte: number): boolean {
  return (
    byte > 32 &&
    byte !== COMMA &&
    byte !== CLOSE_ARRAY &&
    byte !== CLOSE_OBJECT &&
    byte !== OPEN_ARRAY &&
    byte !== OPEN_OBJECT &&
    byte !== QUOTE
  );
}
