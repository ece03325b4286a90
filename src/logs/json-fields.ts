/**
 * Reads chosen fields out of JSON bytes and steps over the rest.
 *
 * Prompts and answers are most of a log record. What is not chosen is never turned into a JavaScript string, so it can
 * be neither stored nor logged by mistake, and stepping over it is cheaper than parsing it.
 * Inside what it steps over it checks strings and nesting, not commas and literals.
 */

/**
 * What to keep: `true` is a string, number or literal; an object names the fields of an object (or of each element of an array).
 * A text where fields are expected becomes null, since it may be a prompt or an answer, unless `OR_TEXT` is among the fields.
 */
export type Keep = true | { readonly [field: string]: Keep };

/** As a field name in a `Keep`: every field of the object, each a scalar. */
export const ANY_FIELD = '*';

/** At the end of a field name in a `Keep`: every field whose name begins so, each a scalar. */
export const ANY_ENDING = '.*';

/** As a field name in a `Keep`: the object may also be written as a plain text, which is kept. */
export const OR_TEXT = '""';

/** What was kept. Arrays hold only the elements that had something to keep. */
export type Kept = string | number | boolean | null | Kept[] | { [field: string]: Kept };

export type Scan = (bytes: Buffer) => { value: Kept; end: number };

/** Thrown for bytes that are not JSON. One frozen instance: damaged input may hold millions of bad lines. */
export const NOT_JSON: Error = Object.freeze(new Error('not JSON'));

/** Thrown when there is more to keep than `MOST_KEPT`; frozen for the same reason. */
export const TOO_MUCH: Error = Object.freeze(new Error('too much to keep'));

/**
 * Bytes of what is kept of one input, each value counted as `VALUE_BYTES` more. A record has some hundred values; one of 64 MB that has
 * nothing else would take a gigabyte.
 */
const MOST_KEPT = 16 * 1024 * 1024;
const VALUE_BYTES = 64;

/** Bytes after which a string is searched natively. */
const LONG_STRING = 64;

const QUOTE = 34;
const BACKSLASH = 92;
const ZERO = 48;
const COMMA = 44;
const COLON = 58;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;

/** A field to keep, found by the mark of its name and then byte by byte: no string is made of a name that is stepped over. */
interface Branch {
  field: string;
  bytes: Buffer;
  inner: Tree;
}

const NO_BYTES = Buffer.alloc(0);

type Tree = true | { anyField: boolean; orText: boolean; byMark: (Branch[] | undefined)[]; beginnings: Buffer[] };

function treeFromKeep(keep: Keep): Tree {
  if (keep === true) return true;
  const byMark: (Branch[] | undefined)[] = Array.from({ length: MARKS }, () => undefined);
  for (const [field, inner] of Object.entries(keep)) {
    const mark = markOfField(field);
    byMark[mark] = [...(byMark[mark] ?? []), { field, bytes: Buffer.from(field), inner: treeFromKeep(inner) }];
  }
  const open = Object.keys(keep).filter((field) => field.endsWith(ANY_ENDING));
  const beginnings = open.map((field) => Buffer.from(field.slice(0, -1)));
  return { anyField: Object.hasOwn(keep, ANY_FIELD), orText: Object.hasOwn(keep, OR_TEXT), byMark, beginnings };
}

export const MARKS = 4096;

/** A cheap mark of a string: its length, first and last byte. */
export function markOf(length: number, first: number, last: number): number {
  return ((length << 7) ^ (first << 4) ^ last) & (MARKS - 1);
}

export function markOfField(field: string): number {
  return markOf(field.length, field.charCodeAt(0), field.charCodeAt(field.length - 1));
}

/**
 * The marks of some fields, so that an array element without any of them is stepped over in one pass. A response stream logs
 * thousands of small events, of which two or three hold counts; a string that only looks like a field costs time, nothing else.
 */
export function marksFromFields(fields: readonly string[]): Uint8Array {
  const marks = new Uint8Array(MARKS);
  for (const field of fields) marks[markOfField(field)] = 1;
  return marks;
}

/**
 * Makes a scanner for one shape.
 * @param keep the fields to read
 * @param eventFields fields at least one of which an array element must mention to be read at all
 */
export function createFieldReader(keep: Keep, eventFields: readonly string[]): Scan {
  // Made when the first record is read, which in many processes is never.
  let root: Tree | undefined;
  const marks = marksFromFields(eventFields);
  let bytes: Buffer = Buffer.alloc(0);
  let position = 0;
  let marked = false;
  let kept = 0;

  function keepMore(size: number): void {
    kept += VALUE_BYTES + size;
    if (kept > MOST_KEPT) throw TOO_MUCH;
  }

  function peek(): number {
    const a = bytes;
    let i = position;
    let c = a[i] as number;
    while (c === 32 || c === 10 || c === 13 || c === 9) c = a[++i] as number;
    position = i;
    return c;
  }

  /** Past the end a typed array gives undefined, for which every comparison below is false: it lands in the throw. */
  function stringEnd(start: number): number {
    const a = bytes;
    let i = start + 1;
    const long = i + LONG_STRING;
    for (;;) {
      let c = a[i++] as number;
      while (c > QUOTE && c !== BACKSLASH) c = a[i++] as number;
      if (c === QUOTE) return i;
      if (c === BACKSLASH) i++;
      else if (!(c >= 32)) throw NOT_JSON;
      if (i > long) return longStringEnd(i);
    }
  }

  /** Prompts and answers run to kilobytes; the native search is ten times as fast on these as a loop over bytes. */
  function longStringEnd(from: number): number {
    const a = bytes;
    for (let quote = a.indexOf(QUOTE, from); quote >= 0; quote = a.indexOf(QUOTE, quote + 1)) {
      let escapes = quote;
      while (escapes > from && a[escapes - 1] === BACKSLASH) escapes--;
      if ((quote - escapes) % 2 === 0) return quote + 1;
    }
    throw NOT_JSON;
  }

  /** Steps over an object or array. Nine tenths of the bytes of a log pass through it. */
  function skipNested(): void {
    const a = bytes;
    const m = marks;
    let i = position + 1;
    for (let depth = 1; depth > 0; ) {
      const c = a[i++] as number;
      if (c === QUOTE) {
        const start = i;
        i = stringEnd(start - 1);
        if (m[markOf(i - 1 - start, a[start] as number, a[i - 2] as number)] === 1) marked = true;
      } else if (c > 90) {
        // The four brackets stand above 90 with the letters of true, false and null.
        if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) depth--;
        else if (c === OPEN_OBJECT || c === OPEN_ARRAY) depth++;
      } else if (c === undefined) throw NOT_JSON;
    }
    position = i;
  }

  function skip(): void {
    const c = peek();
    if (c === QUOTE) position = stringEnd(position);
    else if (c === OPEN_OBJECT || c === OPEN_ARRAY) skipNested();
    else skipLiteral();
  }

  function skipLiteral(): void {
    const start = position;
    let c = bytes[position] as number;
    while (c > 32 && c !== COMMA && c !== CLOSE_OBJECT && c !== CLOSE_ARRAY) c = bytes[++position] as number;
    if (position === start) throw NOT_JSON;
  }

  function readScalar(): Kept {
    const c = peek();
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      skipNested();
      return null;
    }
    if (c === QUOTE) return readString();
    const start = position;
    skipLiteral();
    if (position - start < 10) {
      const number = smallNumber(start);
      if (number >= 0) return number;
    }
    try {
      return JSON.parse(bytes.toString('latin1', start, position)) as Kept;
    } catch {
      throw NOT_JSON;
    }
  }

  /** A whole number of up to nine digits without leading zero, which is what counts are; else -1. */
  function smallNumber(start: number): number {
    if (bytes[start] === ZERO && position - start > 1) return -1;
    let number = 0;
    for (let i = start; i < position; i++) {
      const digit = (bytes[i] as number) - ZERO;
      if (digit < 0 || digit > 9) return -1;
      number = number * 10 + digit;
    }
    return number;
  }

  function readString(): string {
    const start = position;
    position = stringEnd(start);
    return textAt(start + 1, position - 1);
  }

  function textAt(start: number, end: number): string {
    keepMore(end - start);
    const text = bytes.toString('utf8', start, end);
    if (!text.includes('\\')) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      throw NOT_JSON;
    }
  }

  /** Steps over a field's name and its colon; the wanted branch it leads to, if any. */
  function findBranch(tree: Exclude<Tree, true>): Branch | undefined {
    if (peek() !== QUOTE) throw NOT_JSON;
    const start = position + 1;
    if (tree.anyField) {
      const branch = { field: readString(), bytes: NO_BYTES, inner: true } as const;
      passColon();
      return branch;
    }
    position = stringEnd(position);
    const length = position - 1 - start;
    const candidates = tree.byMark[markOf(length, bytes[start] as number, bytes[position - 2] as number)];
    passColon();
    return (
      candidates?.find((branch) => branch.bytes.length === length && startsWith(branch.bytes, start)) ??
      openBranch(tree.beginnings, start, length)
    );
  }

  /** A field of any name that begins as wanted. */
  function openBranch(beginnings: readonly Buffer[], start: number, length: number): Branch | undefined {
    if (!beginnings.some((beginning) => beginning.length < length && startsWith(beginning, start))) return undefined;
    return { field: textAt(start, start + length), bytes: NO_BYTES, inner: true };
  }

  function startsWith(expected: Buffer, start: number): boolean {
    for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return false;
    return true;
  }

  function passColon(): void {
    if (peek() !== COLON) throw NOT_JSON;
    position++;
  }

  /** Steps past `,` (true: more follows) or the closing byte (false). */
  function more(close: number): boolean {
    const c = peek();
    position++;
    if (c === COMMA) return true;
    if (c === close) return false;
    throw NOT_JSON;
  }

  function readObject(tree: Exclude<Tree, true>): Kept {
    const fields: { [field: string]: Kept } = {};
    position++;
    if (peek() === CLOSE_OBJECT) {
      position++;
      return fields;
    }
    do {
      const branch = findBranch(tree);
      if (branch === undefined) skip();
      else if (branch.field === '__proto__') define(fields, branch.field, read(branch.inner));
      else fields[branch.field] = read(branch.inner);
      if (branch !== undefined) keepMore(0);
    } while (more(CLOSE_OBJECT));
    return fields;
  }

  /** An array inside an array holds nothing to keep in any record, and following it down could exhaust the stack. */
  function readArray(tree: Tree): Kept {
    const elements: Kept[] = [];
    position++;
    if (peek() === CLOSE_ARRAY) {
      position++;
      return elements;
    }
    do {
      peek();
      const start = position;
      marked = false;
      skip();
      if (!marked || bytes[start] === OPEN_ARRAY) continue;
      const end = position;
      position = start;
      elements.push(read(tree));
      keepMore(0);
      position = end;
    } while (more(CLOSE_ARRAY));
    return elements;
  }

  function read(tree: Tree): Kept {
    if (tree === true) return readScalar();
    const c = peek();
    if (c === OPEN_OBJECT) return readObject(tree);
    if (c === OPEN_ARRAY) return readArray(tree);
    if (c !== QUOTE || tree.orText) return readScalar();
    skip();
    return null;
  }

  return (input) => {
    bytes = input;
    position = 0;
    kept = 0;
    root ??= treeFromKeep(keep);
    const value = read(root);
    return { value, end: position };
  };
}

/** A field like any other, where an assignment would change the prototype. */
function define(target: { [field: string]: Kept }, field: string, value: Kept): void {
  Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
}
