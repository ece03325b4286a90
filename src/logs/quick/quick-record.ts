import { DAY_MS } from '../../domain/period.ts';
import { COUNTER_NAMES, EXPECTED_COUNTERS } from '../../domain/usage-class.ts';
import { markOf, marksFromFields } from '../json-fields.ts';
import { EVENT_FIELDS, timestampFromText } from '../record.ts';
import {
  ANSWERED,
  ASKED,
  COUNT,
  DETAIL,
  EVENT,
  type Field,
  LABEL_NAME,
  LABEL_VALUE,
  LABELS,
  LATENCY_PLACES,
  LIFETIME,
  LISTED_WRITE,
  LONG_LIFETIME,
  MILLISECONDS,
  OBJECT,
  PART_COUNT,
  PART_LIST,
  passedField,
  RECORD_SHAPE,
  REQUEST_ID,
  SCHEMA_TYPE,
  type Shape,
  SKIPPED,
  TEXT,
  TIME,
  TOTAL_COUNT,
  WRITE,
  WRITE_LIST,
  WRITES,
} from './shape.ts';

const WORD_BYTES = 4;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const LETTER_T = 84;
const LETTER_Z = 90;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;

const SCHEMA = Buffer.from('"ModelInvocationLog"');
const LITERALS = ['true', 'false', 'null'].map((text) => Buffer.from(text));

/** Bytes after which a string is searched natively. */
const LONG_STRING = 64;
/** Unknown fields outside of bodies are nested no deeper. */
const MOST_NESTED = 16;
const MOST_TEXTS = 128;
const MOST_TEXT = 64 * 1024;
/** Fields to be stepped over that a shape remembers, and how long their names may be. */
const MOST_PASSED = 64;
const MOST_NAME = 64;
const MOST_STATEMENTS = 64;
/** Of numbers, so that nothing overflows. */
const MOST_DIGITS = 9;
const MOST = 1_000_000_000;

const COUNTER_COUNT = COUNTER_NAMES.length;
const [INPUT, OUTPUT, READ, WRITTEN, WRITTEN_1H, KNOWN] = (
  ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h', 'cacheWriteKnown'] as const
).map((name) => COUNTER_NAMES.indexOf(name)) as [number, number, number, number, number, number];
/** In a statement, after its counters. */
const TOTAL = COUNTER_COUNT;
const HAS_DETAILS = COUNTER_COUNT + 1;
const STATEMENT = COUNTER_COUNT + 2;
/** An object that states counts stands in another that does (usage in a body); not deeper. */
const MOST_DEPTH = 4;

const NOT_STATED = COUNTER_NAMES.map((name) => (EXPECTED_COUNTERS.some((expected) => expected === name) ? -1 : 0));
const NO_STATEMENT = [...NOT_STATED, -1, 0];

/** What `readCount` says of null, and of what it does not read. */
const NONE = -1;
const UNUSUAL = -2;

/**
 * Reads a record as Bedrock writes it straight from its bytes: numbers come out, and where texts are. No object and no string is made
 * of it, which is most of the time that `readRecord` takes. Whatever is unusual in the least (a field twice, a number in other words, an
 * escape where none is needed, a name that is not known to be stepped over) it does not read; what it reads, `readRecord` reads alike.
 */
export class QuickRecord {
  /** Epoch milliseconds. */
  at = 0;
  /** From its first byte to the one after its last. */
  idStart = 0;
  idEnd = 0;
  /** By `COUNTER_NAMES`; -1 where none is stated, as of the next two. */
  readonly counts = new Int32Array(COUNTER_COUNT);
  latencyMs = -1;
  firstByteMs = -1;
  /** What attributes are made of, in the record's order: slot, first byte, the byte after the last. */
  readonly texts = new Int32Array(3 * MOST_TEXTS);
  /** How many of these numbers are used. */
  textsLength = 0;
  /** The bytes that it read last: four are compared as fast as one. */
  view: DataView = new DataView(new ArrayBuffer(0));

  #bytes: Uint8Array = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  /** In a body nothing is checked but where strings end and how deep it is, as by `readRecord`. */
  #isBody = false;
  #marked = false;
  #isRecord = false;
  #eventBegins = false;
  readonly #milliseconds = new Int32Array(LATENCY_PLACES + 1);
  readonly #statements = new Int32Array(MOST_DEPTH * STATEMENT);
  /** Where the statement begins that is being read; before all of them: none is. */
  #statement = -STATEMENT;
  /** What each statement said of input. */
  readonly #inputs = new Int32Array(MOST_STATEMENTS);
  #inputCount = 0;
  /** An input that held cached tokens, as it was stated and without them. */
  #inclusive = -1;
  #exclusive = -1;
  #short = 0;
  #long = 0;
  #listed = 0;
  #isLong = false;
  #parts = -1;
  readonly #days = new Map<number, number>();

  /** @returns false where it is left to `readRecord`; what was read then means nothing */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#at = start;
    this.#end = end;
    this.idStart = -1;
    this.at = -1;
    this.latencyMs = -1;
    this.firstByteMs = -1;
    this.textsLength = 0;
    this.#isRecord = false;
    this.#isBody = false;
    this.#eventBegins = false;
    this.#inputCount = 0;
    this.#inclusive = -1;
    this.#statement = -STATEMENT;
    for (let name = 0; name < COUNTER_COUNT; name++) this.counts[name] = NOT_STATED[name] as number;
    if (bytes[start] !== OPEN_OBJECT || !this.#readObject(RECORD_SHAPE, true)) return false;
    this.#passBlanks();
    return this.#at === end && this.#isRecord && this.at >= 0 && this.idStart >= 0 && this.#settleInput();
  }

  /** Of objects, whose names are here told apart; at the end it is after the closing brace. */
  #readObject(shape: Shape, isRoot = false): boolean {
    const a = this.#bytes;
    const object = ++objects;
    if (shape.states && !this.#beginStatement()) return false;
    this.#at++;
    let before = shape.start;
    if (this.#passBlanks() === CLOSE_OBJECT) this.#at++;
    else
      for (;;) {
        let field = before.next;
        if (field === undefined || !this.#passName(field)) {
          field = this.#readName(shape, isRoot);
          if (field === undefined) return false;
          before.next = field;
        }
        before = field;
        if ((a[this.#at] as number) <= SPACE) this.#passBlanks();
        if (field.kind === SKIPPED) {
          if (!this.#skip()) return false;
        } else {
          if (field.metIn === object) return false;
          field.metIn = object;
          if (!this.#readField(field)) return false;
        }
        const next = this.#passBlanks();
        this.#at++;
        if (next === CLOSE_OBJECT) break;
        if (next !== COMMA) return false;
        if (a[this.#at] !== QUOTE) this.#passBlanks();
      }
    return !shape.states || this.#endStatement();
  }

  /** Records of one writer have their fields in one order: which one follows is mostly the one that did before. */
  #passName({ length, words, lastWord }: Field): boolean {
    const at = this.#at;
    if (length < WORD_BYTES || at + length > this.#end) return false;
    const { view } = this;
    for (let i = 0; i < words.length; i++) if (view.getInt32(at + i * WORD_BYTES, true) !== words[i]) return false;
    if (view.getInt32(at + length - WORD_BYTES, true) !== lastWord) return false;
    this.#at = at + length;
    return true;
  }

  /** A name with its colon; undefined where it is unusual. */
  #readName(shape: Shape, isRoot: boolean): Field | undefined {
    const a = this.#bytes;
    const start = this.#at + 1;
    if (a[start - 1] !== QUOTE) return undefined;
    let end = start;
    let c = a[end] as number;
    while (c > QUOTE && c !== BACKSLASH) c = a[++end] as number;
    if (c !== QUOTE) return undefined;
    this.#at = end + 1;
    if (this.#passBlanks() !== COLON) return undefined;
    this.#at++;
    // With a dot it may be a field of an object that somebody has flattened.
    return (
      fieldAt(shape, a, start, end) ?? (isRoot && hasDot(a, start, end) ? undefined : addPassed(shape, a, start, end))
    );
  }

  #readField(field: Field): boolean {
    const c = this.#bytes[this.#at];
    switch (field.kind) {
      case TEXT:
        return c === QUOTE ? this.#readText(field.slot) : this.#skipScalar();
      case COUNT: {
        const count = this.#readCount();
        if (count >= 0) this.#raise(field.slot, count);
        return count !== UNUSUAL;
      }
      case SCHEMA_TYPE:
        for (let i = 0; i < SCHEMA.length; i++) if (this.#bytes[this.#at++] !== SCHEMA[i]) return false;
        this.#isRecord = true;
        return true;
      case TIME:
        return this.#readTime();
      case REQUEST_ID:
        return this.#readRequestId();
      case TOTAL_COUNT: {
        const count = this.#readCount();
        this.#statements[this.#statement + TOTAL] = count;
        return count !== UNUSUAL;
      }
      case MILLISECONDS: {
        const count = this.#readCount();
        if (count >= 0) this.#milliseconds[field.slot] = count;
        return count !== UNUSUAL;
      }
      case WRITE: {
        const count = this.#readCount();
        if (count > 0 && field.slot === 1) this.#long += count;
        else if (count > 0) this.#short += count;
        return count !== UNUSUAL;
      }
      case LISTED_WRITE:
        this.#listed = this.#readCount();
        return this.#listed !== UNUSUAL;
      case LIFETIME:
        return c === QUOTE ? this.#readLifetime() : this.#skipScalar();
      case PART_COUNT: {
        const count = this.#readCount();
        if (count >= 0) this.#parts = Math.max(this.#parts, 0) + count;
        return count !== UNUSUAL;
      }
      default:
        return this.#readHolder(field, c as number);
    }
  }

  #readHolder(field: Field, first: number): boolean {
    const { kind, inner } = field;
    if (first === OPEN_OBJECT) {
      if (kind === LABELS) return this.#readLabels();
      if (kind === OBJECT) return this.#readObject(inner as Shape);
      if (kind === DETAIL) {
        this.#statements[this.#statement + HAS_DETAILS] = 1;
        return this.#readObject(inner as Shape);
      }
      if (kind === WRITES) return this.#readWrites(inner as Shape);
      if (kind === ASKED || kind === ANSWERED) {
        this.#isBody = true;
        const isRead = kind === ASKED ? this.#readObject(inner as Shape) : this.#readAnswer(inner as Shape);
        this.#isBody = false;
        return isRead;
      }
      return false;
    }
    if (first === OPEN_ARRAY) {
      if (kind === ANSWERED) {
        this.#isBody = true;
        const isRead = this.#readEvents(inner as Shape);
        this.#isBody = false;
        return isRead;
      }
      return kind === WRITE_LIST || kind === PART_LIST ? this.#readList(inner as Shape, kind) : false;
    }
    if (first !== QUOTE) return this.#skipScalar();
    if (field.textSlot >= 0) return this.#readText(field.textSlot);
    // A prompt or an answer that is a text: as such it is not kept.
    if (kind !== ASKED && kind !== ANSWERED) return this.#skipString();
    this.#at = this.#stringEnd(this.#at);
    return this.#at > 0;
  }

  // --- texts ---

  #readText(slot: number): boolean {
    const start = this.#at + 1;
    const end = this.#stringEnd(this.#at);
    if (end < 0 || end - start > MOST_TEXT) return false;
    this.#at = end;
    if (this.#eventBegins) {
      this.#eventBegins = false;
      if (!this.#addText(EVENT, 0, 0)) return false;
    }
    return this.#addText(slot, start, end - 1);
  }

  #addText(slot: number, start: number, end: number): boolean {
    const { texts, textsLength } = this;
    if (textsLength === texts.length) return false;
    texts[textsLength] = slot;
    texts[textsLength + 1] = start;
    texts[textsLength + 2] = end;
    this.textsLength = textsLength + 3;
    return true;
  }

  #readLabels(): boolean {
    this.#at++;
    if (this.#passBlanks() === CLOSE_OBJECT) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (this.#bytes[this.#at] !== QUOTE || !this.#readText(LABEL_NAME)) return false;
      if (this.#passBlanks() !== COLON) return false;
      this.#at++;
      if (this.#passBlanks() !== QUOTE || !this.#readText(LABEL_VALUE)) return false;
      const next = this.#passBlanks();
      this.#at++;
      if (next === CLOSE_OBJECT) return true;
      if (next !== COMMA) return false;
      this.#passBlanks();
    }
  }

  #readRequestId(): boolean {
    const a = this.#bytes;
    if (a[this.#at] !== QUOTE) return false;
    let i = this.#at + 1;
    this.idStart = i;
    let c = a[i] as number;
    while (c > QUOTE && c !== BACKSLASH) c = a[++i] as number;
    this.idEnd = i;
    this.#at = i + 1;
    // An empty one is none, and the record is then known by its place.
    return c === QUOTE && i > this.idStart;
  }

  /** `"2026-10-06T07:55:07Z"`, or with milliseconds. */
  #readTime(): boolean {
    const a = this.#bytes;
    const start = this.#at + 1;
    if (a[start - 1] !== QUOTE || a[start + 10] !== LETTER_T || a[start + 13] !== COLON || a[start + 16] !== COLON)
      return false;
    const [hours, minutes, seconds] = [
      this.#twoDigits(start + 11),
      this.#twoDigits(start + 14),
      this.#twoDigits(start + 17),
    ];
    if (!(hours < 24 && minutes < 60 && seconds < 60)) return false;
    let i = start + 19;
    let milliseconds = 0;
    if (a[i] === DOT) {
      const [tens, ones] = [this.#twoDigits(i + 1), (a[i + 3] as number) - ZERO];
      if (!(tens < 100 && ones >= 0 && ones <= 9)) return false;
      milliseconds = tens * 10 + ones;
      i += 4;
    }
    if (a[i] !== LETTER_Z || a[i + 1] !== QUOTE) return false;
    const day = this.#dayAt(start);
    if (day === undefined) return false;
    this.at = day + ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
    this.#at = i + 2;
    // What was before 1970 is left to others.
    return this.at >= 0;
  }

  /** When that day began. Which days there are is said in one place. */
  #dayAt(start: number): number | undefined {
    const a = this.#bytes;
    if (a[start + 4] !== MINUS || a[start + 7] !== MINUS) return undefined;
    const [century, year] = [this.#twoDigits(start), this.#twoDigits(start + 2)];
    const [month, day] = [this.#twoDigits(start + 5), this.#twoDigits(start + 8)];
    if (!(century < 100 && year < 100 && month < 100 && day < 100)) return undefined;
    const name = ((century * 100 + year) * 100 + month) * 100 + day;
    const known = this.#days.get(name);
    if (known !== undefined) return known;
    const at = timestampFromText(`${Buffer.from(a.buffer, a.byteOffset + start, 10).toString('latin1')}T00:00:00Z`);
    if (at === undefined || at % DAY_MS !== 0) return undefined;
    if (this.#days.size > 10_000) this.#days.clear();
    this.#days.set(name, at);
    return at;
  }

  /** More than 99 for what is none. */
  #twoDigits(start: number): number {
    const tens = (this.#bytes[start] as number) - ZERO;
    const ones = (this.#bytes[start + 1] as number) - ZERO;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1000;
  }

  // --- counts ---

  /** A whole number of few digits; NONE for null, UNUSUAL for anything else. */
  #readCount(): number {
    const a = this.#bytes;
    const start = this.#at;
    let i = start;
    let number = 0;
    let c = a[i] as number;
    while (c >= ZERO && c <= NINE) {
      number = number * 10 + (c - ZERO);
      c = a[++i] as number;
      if (i - start > MOST_DIGITS) return UNUSUAL;
    }
    if (i === start) return c === 110 && this.#skipScalar() ? NONE : UNUSUAL;
    this.#at = i;
    return (a[start] === ZERO && i - start > 1) || !endsNumber(c) ? UNUSUAL : number;
  }

  #beginStatement(): boolean {
    this.#statement += STATEMENT;
    if (this.#statement === this.#statements.length) return false;
    for (let i = 0; i < STATEMENT; i++) this.#statements[this.#statement + i] = NO_STATEMENT[i] as number;
    return true;
  }

  /** What `readingFromFields` of token-counts.ts does at its end. */
  #endStatement(): boolean {
    const said = this.#statements;
    const from = this.#statement;
    this.#statement -= STATEMENT;
    const cached = (said[from + READ] as number) + (said[from + WRITTEN] as number);
    const input = Math.max(said[from + INPUT] as number, 0);
    let own = said[from + INPUT] as number;
    if (cached > 0 && input >= cached) {
      const output = Math.max(said[from + OUTPUT] as number, 0);
      if (said[from + HAS_DETAILS] === 1 || said[from + TOTAL] === input + output) {
        own = input - cached;
        if (this.#inclusive >= 0 && (this.#inclusive !== input || this.#exclusive !== own)) return false;
        this.#inclusive = input;
        this.#exclusive = own;
      }
    }
    for (let name = 0; name < COUNTER_COUNT; name++)
      if ((said[from + name] as number) > (this.counts[name] as number) && name !== INPUT)
        this.counts[name] = said[from + name] as number;
    if (own < 0) return true;
    if (this.#inputCount === MOST_STATEMENTS) return false;
    this.#inputs[this.#inputCount++] = own;
    return true;
  }

  /** The same number may stand where nothing says that it holds the cached tokens. */
  #settleInput(): boolean {
    for (let i = 0; i < this.#inputCount; i++) {
      const stated = this.#inputs[i] as number;
      const input = stated === this.#inclusive ? this.#exclusive : stated;
      if (input > (this.counts[INPUT] as number)) this.counts[INPUT] = input;
    }
    return true;
  }

  #raise(name: number, count: number): void {
    const place = this.#statement + name;
    if (count > (this.#statements[place] as number)) this.#statements[place] = count;
  }

  #readWrites(shape: Shape): boolean {
    this.#short = 0;
    this.#long = 0;
    return this.#readObject(shape) && this.#addWrites();
  }

  #addWrites(): boolean {
    if (this.#short + this.#long > MOST) return false;
    this.#raise(WRITTEN, this.#short + this.#long);
    this.#raise(WRITTEN_1H, this.#long);
    this.#raise(KNOWN, this.#short + this.#long);
    return true;
  }

  /** A list of which each element may say a count. */
  #readList(shape: Shape, kind: number): boolean {
    this.#short = 0;
    this.#long = 0;
    this.#parts = -1;
    const isRead = this.#readElements(shape, kind);
    if (!isRead || this.#short > MOST || this.#long > MOST || this.#parts > MOST) return false;
    if (kind === WRITE_LIST) return this.#addWrites();
    if (this.#parts >= 0) this.#raise(OUTPUT, this.#parts);
    return true;
  }

  #readLifetime(): boolean {
    const start = this.#at + 1;
    const end = this.#stringEnd(this.#at);
    if (end < 0) return false;
    this.#at = end;
    let i = 0;
    while (i < LONG_LIFETIME.length && this.#bytes[start + i] === LONG_LIFETIME[i]) i++;
    this.#isLong = i === LONG_LIFETIME.length && end - 1 - start === i;
    // An escape may say the same in other words.
    for (let at = start; at < end; at++) if (this.#bytes[at] === BACKSLASH) return false;
    return true;
  }

  // --- bodies ---

  #readEvents(shape: Shape): boolean {
    return this.#readElements(shape, ANSWERED);
  }

  #readAnswer(shape: Shape): boolean {
    this.#milliseconds.fill(-1);
    if (!this.#readObject(shape)) return false;
    const [first, second, third, firstByte] = this.#milliseconds as unknown as [number, number, number, number];
    const latency = first >= 0 ? first : second >= 0 ? second : third;
    if (latency >= 0) this.latencyMs = latency;
    if (firstByte >= 0) this.firstByteMs = firstByte;
    return true;
  }

  /** In a body elements without the mark of a field that counts are stepped over, as by `readRecord`. */
  #readElements(shape: Shape, kind: number): boolean {
    const a = this.#bytes;
    this.#at++;
    if (this.#passBlanks() === CLOSE_ARRAY) {
      this.#at++;
      return true;
    }
    for (;;) {
      const start = this.#at;
      this.#marked = !this.#isBody;
      if (!this.#skip()) return false;
      if (this.#marked) {
        if (a[start] === OPEN_OBJECT) {
          const end = this.#at;
          this.#at = start;
          if (!this.#readElement(shape, kind) || this.#at !== end) return false;
        } else if (a[start] === OPEN_ARRAY) return false;
      }
      const next = this.#passBlanks();
      this.#at++;
      if (next === CLOSE_ARRAY) return true;
      if (next !== COMMA) return false;
      this.#passBlanks();
    }
  }

  #readElement(shape: Shape, kind: number): boolean {
    if (kind === ANSWERED) {
      this.#eventBegins = true;
      const isRead = this.#readAnswer(shape);
      this.#eventBegins = false;
      return isRead;
    }
    this.#listed = NONE;
    this.#isLong = false;
    if (!this.#readObject(shape)) return false;
    if (this.#listed > 0 && this.#isLong) this.#long += this.#listed;
    else if (this.#listed > 0) this.#short += this.#listed;
    return this.#short <= MOST && this.#long <= MOST && this.#parts <= MOST;
  }

  // --- stepping over ---

  #passBlanks(): number {
    const a = this.#bytes;
    let i = this.#at;
    let c = a[i] as number;
    while (c === 32 || c === 9 || c === 13) c = a[++i] as number;
    this.#at = i;
    return c;
  }

  #skip(): boolean {
    const c = this.#bytes[this.#at];
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) return this.#isBody ? this.#skipNested() : this.#skipChecked(0);
    if (c !== QUOTE) return this.#skipScalar();
    if (!this.#isBody) return this.#skipString();
    this.#at = this.#stringEnd(this.#at);
    return this.#at > 0;
  }

  /** A string without escapes. */
  #skipString(): boolean {
    const a = this.#bytes;
    let i = this.#at + 1;
    let c = a[i] as number;
    while (c >= 32 && c !== QUOTE && c !== BACKSLASH) c = a[++i] as number;
    this.#at = i + 1;
    return c === QUOTE;
  }

  /** The byte after a string, or -1. Past the end a typed array gives undefined, for which every comparison below is false. */
  #stringEnd(start: number): number {
    const a = this.#bytes;
    let i = start + 1;
    const long = i + LONG_STRING;
    for (;;) {
      let c = a[i++] as number;
      while (c > QUOTE && c !== BACKSLASH) c = a[i++] as number;
      if (c === QUOTE) return i;
      if (c === BACKSLASH) i++;
      else if (!(c >= 32)) return -1;
      if (i > long && this.#isBody) return this.#longStringEnd(i);
    }
  }

  #longStringEnd(from: number): number {
    const a = this.#bytes;
    for (let quote = a.indexOf(QUOTE, from); quote >= 0 && quote < this.#end; quote = a.indexOf(QUOTE, quote + 1)) {
      let escapes = quote;
      while (escapes > from && a[escapes - 1] === BACKSLASH) escapes--;
      if ((quote - escapes) % 2 === 0) return quote + 1;
    }
    return -1;
  }

  /** Steps over an object or array in a body. Nine tenths of the bytes of a log pass through it. */
  #skipNested(): boolean {
    const a = this.#bytes;
    let i = this.#at + 1;
    for (let depth = 1; depth > 0; ) {
      const c = a[i++] as number;
      if (c === QUOTE) {
        const start = i;
        i = this.#stringEnd(start - 1);
        if (i < 0) return false;
        if (MARKS[markOf(i - 1 - start, a[start] as number, a[i - 2] as number)] === 1) this.#marked = true;
      } else if (c > 90) {
        // The four brackets stand above 90 with the letters of true, false and null.
        if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) depth--;
        else if (c === OPEN_OBJECT || c === OPEN_ARRAY) depth++;
      } else if (!(c >= 32 || c === 9 || c === 13)) return false;
    }
    this.#at = i;
    return true;
  }

  /** Steps over an object or array outside of bodies, where `readRecord` has the native parser check everything. */
  #skipChecked(depth: number): boolean {
    const a = this.#bytes;
    const isObject = a[this.#at] === OPEN_OBJECT;
    const close = isObject ? CLOSE_OBJECT : CLOSE_ARRAY;
    if (depth === MOST_NESTED) return false;
    this.#at++;
    if (this.#passBlanks() === close) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (isObject) {
        if (a[this.#at] !== QUOTE || !this.#skipString() || this.#passBlanks() !== COLON) return false;
        this.#at++;
        this.#passBlanks();
      }
      const c = a[this.#at];
      const isRead =
        c === OPEN_OBJECT || c === OPEN_ARRAY
          ? this.#skipChecked(depth + 1)
          : c === QUOTE
            ? this.#skipString()
            : this.#skipScalar();
      if (!isRead) return false;
      const next = this.#passBlanks();
      this.#at++;
      if (next === close) return true;
      if (next !== COMMA) return false;
      this.#passBlanks();
    }
  }

  /** true, false, null, or a whole or decimal number in plain digits. */
  #skipScalar(): boolean {
    const a = this.#bytes;
    let i = this.#at;
    let c = a[i] as number;
    if (c >= 97) {
      const literal = LITERALS.find((text) => text[0] === c);
      if (literal === undefined) return false;
      for (const letter of literal) if (a[i++] !== letter) return false;
      this.#at = i;
      return endsNumber(a[i] as number);
    }
    if (c === MINUS) c = a[++i] as number;
    const first = i;
    while (c >= ZERO && c <= NINE) c = a[++i] as number;
    if (i === first || (a[first] === ZERO && i > first + 1)) return false;
    if (c === DOT) {
      const point = i;
      c = a[++i] as number;
      while (c >= ZERO && c <= NINE) c = a[++i] as number;
      if (i === point + 1) return false;
    }
    this.#at = i;
    return endsNumber(c);
  }
}

const MARKS = marksFromFields(EVENT_FIELDS);
/** Objects that all readers have read of that shape. */
let objects = 0;

function endsNumber(c: number): boolean {
  return c === COMMA || c === CLOSE_OBJECT || c === CLOSE_ARRAY || c === 32 || c === 9 || c === 13;
}

function fieldAt(shape: Shape, a: Uint8Array, start: number, end: number): Field | undefined {
  const candidates = shape.byMark[markOf(end - start, a[start] as number, a[end - 1] as number)];
  if (candidates === undefined) return undefined;
  for (const field of candidates) {
    const { literal } = field;
    if (literal.length !== end - start + 3) continue;
    let i = start;
    while (i < end && a[i] === literal[i - start + 1]) i++;
    if (i === end) return field;
  }
  return undefined;
}

/** A field that is stepped over is remembered as such, the first ones of each shape. */
function addPassed(shape: Shape, a: Uint8Array, start: number, end: number): Field {
  const field = passedField(Buffer.from(a.subarray(start, end)).toString('latin1'));
  if (end - start > MOST_NAME || shape.passed === MOST_PASSED) return field;
  shape.passed++;
  const mark = markOf(end - start, a[start] as number, a[end - 1] as number);
  shape.byMark[mark] = [...(shape.byMark[mark] ?? []), field];
  return field;
}

function hasDot(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === DOT) return true;
  return false;
}
