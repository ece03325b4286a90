import type { QuickRecord } from '../../logs/quick/quick-record.ts';
import { CALLER, EVENT, LABEL_NAME, LABEL_VALUE } from '../../logs/quick/shape.ts';
import type { AttributeIds, NamedSet } from './attribute-sets.ts';
import { createOwnTemplate, type OwnCaller, type OwnTemplate } from './own-template.ts';

/** Powers of two, the second twice the first, so that the tables are at most half full. */
const MOST_TEXTS = 1 << 16;
const TABLE = MOST_TEXTS << 1;
const MOST_TEXT_BYTES = 8 * 1024 * 1024;
const MOST_CODES = 1 << 20;
/** Places looked at for one text: whoever calls a model chooses texts, and could choose such as all belong in one place. */
const MOST_PROBES = 16;
const HASHED_BYTES = 24;
const WORD_BYTES = 4;

/** Codes of what is no text of a set: that an event begins, and that there is a text which is the record's own. */
const EVENT_CODE = 0;
const OWN_CODE = 1;
const FIRST_CODE = 2;

const COLON = 58;
const SLASH = 47;
const BACKSLASH = 92;
const ROLE = Buffer.from('assumed-role/');
const STS = Buffer.from(':sts:');

/** In place of a code. */
const UNKNOWN = -1;

/**
 * Recognises attribute sets by the bytes of their texts, each of which `readRecord` has read once: the same texts in the same places
 * make the same set. Bounded: when it is full, or a label turns out to be scattered, it forgets everything, and learns anew.
 */
export class KnownSets {
  /** The halves of the id of the set that was found, and what the record has of its own. */
  idLow = 0;
  idHigh = 0;
  own: string | null = null;

  readonly #ids: AttributeIds;
  #scattered = 0;
  readonly #textTable = new Int32Array(TABLE);
  readonly #textSlot = new Int32Array(MOST_TEXTS + FIRST_CODE);
  /** Where each text is among all; the next one's place is its end. */
  readonly #textStart = new Int32Array(MOST_TEXTS + FIRST_CODE + 1);
  readonly #isScatteredName = new Uint8Array(MOST_TEXTS + FIRST_CODE);
  #textBytes = Buffer.alloc(64 * 1024);
  #textView = new DataView(this.#textBytes.buffer);
  #nextCode = FIRST_CODE;
  readonly #setTable = new Int32Array(TABLE);
  readonly #setStart = new Int32Array(MOST_TEXTS + 1);
  #setCodes = new Int32Array(4096);
  readonly #setIds = new BigInt64Array(MOST_TEXTS);
  readonly #setHalves = new Int32Array(this.#setIds.buffer);
  #sets = 0;
  /** Of the record that was looked for last. */
  readonly #codes = new Int32Array(256);
  #length = 0;
  #hash = 0;
  #isUsual = false;
  #hasOwnLabels = false;
  readonly #templates: (OwnTemplate | undefined)[] = [];
  /** The caller, where it is the record's own; else it starts at -1. */
  readonly #caller: OwnCaller = { start: -1, session: -1, end: -1 };

  constructor(ids: AttributeIds) {
    this.#ids = ids;
  }

  /** Whether the set of that record is known; then `idLow`, `idHigh` and `own` are told. */
  find(bytes: Buffer, record: QuickRecord): boolean {
    if (this.#ids.scattered !== this.#scattered) this.#forget();
    this.#isUsual = this.#encode(bytes, record);
    if (!this.#isUsual) return false;
    const set = this.#setTable[this.#placeOfSet()] as number;
    if (set === 0) return false;
    this.idLow = this.#setHalves[2 * (set - 1)] as number;
    this.idHigh = this.#setHalves[2 * (set - 1) + 1] as number;
    this.own = null;
    if (!this.#hasOwn()) return true;
    const own = this.#templates[set - 1]?.fill(bytes, record, this.#caller);
    if (own === undefined) return false;
    this.own = own;
    return true;
  }

  /** Takes the set of the record that was not found just now. */
  learn(bytes: Buffer, record: QuickRecord, { id, own }: NamedSet): void {
    if (this.#ids.scattered !== this.#scattered || !this.#isUsual) return;
    const template = this.#hasOwn()
      ? createOwnTemplate(bytes, record, (text) => this.#codes[text] === OWN_CODE, this.#caller)
      : undefined;
    if (template?.fill(bytes, record, this.#caller) !== own) return;
    const place = this.#placeOfSet();
    if (this.#setTable[place] !== 0) return;
    const start = this.#setStart[this.#sets] as number;
    const end = start + this.#length;
    if (this.#sets === MOST_TEXTS || end > MOST_CODES) {
      this.#forget();
      return;
    }
    if (end > this.#setCodes.length) {
      const grown = new Int32Array(Math.max(2 * this.#setCodes.length, end));
      grown.set(this.#setCodes);
      this.#setCodes = grown;
    }
    this.#setCodes.set(this.#codes.subarray(0, this.#length), start);
    this.#setIds[this.#sets] = id;
    this.#templates[this.#sets] = template;
    this.#setTable[place] = ++this.#sets;
    this.#setStart[this.#sets] = end;
  }

  #hasOwn(): boolean {
    return this.#hasOwnLabels || this.#caller.start >= 0;
  }

  #forget(): void {
    this.#scattered = this.#ids.scattered;
    this.#textTable.fill(0);
    this.#setTable.fill(0);
    this.#nextCode = FIRST_CODE;
    this.#sets = 0;
    this.#templates.length = 0;
    this.#isUsual = false;
  }

  /** Where a set with these codes is, or would be. */
  #placeOfSet(): number {
    for (let place = this.#hash & (TABLE - 1); ; place = (place + 1) & (TABLE - 1)) {
      const set = this.#setTable[place] as number;
      if (set === 0 || this.#isSet(set - 1)) return place;
    }
  }

  #isSet(set: number): boolean {
    const start = this.#setStart[set] as number;
    if ((this.#setStart[set + 1] as number) - start !== this.#length) return false;
    for (let i = 0; i < this.#length; i++) if (this.#setCodes[start + i] !== this.#codes[i]) return false;
    return true;
  }

  /** A code for each text, in the order of the record. Returns false where there are too many, or one is unusual. */
  #encode(bytes: Buffer, record: QuickRecord): boolean {
    const { texts, textsLength } = record;
    this.#hasOwnLabels = false;
    this.#caller.start = -1;
    let hash = 0;
    let length = 0;
    let name = 0;
    for (let i = 0; i < textsLength; i += 3) {
      const slot = texts[i] as number;
      const start = texts[i + 1] as number;
      let end = texts[i + 2] as number;
      let code: number;
      if (slot === EVENT) code = EVENT_CODE;
      else if (slot === LABEL_VALUE && this.#isScatteredName[name] === 1) {
        code = OWN_CODE;
        this.#hasOwnLabels = true;
      } else {
        if (slot === CALLER && this.#scattered > 0 && this.#ids.isScattered('caller')) {
          this.#caller.start = start;
          this.#caller.end = end;
          end = this.#caller.session = sessionOf(bytes, start, end);
          if (end < 0) return false;
        }
        code = this.#codeOf(bytes, record.view, slot, start, end);
        if (code < 0) return false;
        if (slot === LABEL_NAME) name = code;
      }
      this.#codes[length++] = code;
      hash = Math.imul(hash ^ code, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    this.#length = length;
    this.#hash = hash;
    return true;
  }

  /** The code of a text in a slot, of a new one a new code; -1 where it cannot have one. */
  #codeOf(bytes: Buffer, view: DataView, slot: number, start: number, end: number): number {
    const length = end - start;
    let place = hashOf(view, slot, start, end) & (TABLE - 1);
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const code = this.#textTable[place] as number;
      if (code === 0) return this.#addText(place, bytes, slot, start, length);
      if (this.#textSlot[code] === slot && this.#isText(code, view, start, length)) return code;
      place = (place + 1) & (TABLE - 1);
    }
    return UNKNOWN;
  }

  #isText(code: number, view: DataView, start: number, length: number): boolean {
    const from = this.#textStart[code] as number;
    if ((this.#textStart[code + 1] as number) - from !== length) return false;
    const known = this.#textView;
    let i = 0;
    for (const last = length - WORD_BYTES; i <= last; i += WORD_BYTES)
      if (known.getInt32(from + i, true) !== view.getInt32(start + i, true)) return false;
    for (; i < length; i++) if (known.getUint8(from + i) !== view.getUint8(start + i)) return false;
    return true;
  }

  #addText(place: number, bytes: Buffer, slot: number, start: number, length: number): number {
    const isName = slot === LABEL_NAME;
    // Of an escape nobody knows yet whether it is one.
    if (isName && bytes.subarray(start, start + length).includes(BACKSLASH)) return UNKNOWN;
    const code = this.#nextCode;
    const from = code === FIRST_CODE ? 0 : (this.#textStart[code] as number);
    const end = from + length;
    if (code === this.#textSlot.length || end > MOST_TEXT_BYTES) {
      this.#forget();
      return UNKNOWN;
    }
    if (end > this.#textBytes.length) {
      const grown = Buffer.alloc(Math.max(2 * this.#textBytes.length, end));
      this.#textBytes.copy(grown);
      this.#textBytes = grown;
      this.#textView = new DataView(grown.buffer, grown.byteOffset);
    }
    bytes.copy(this.#textBytes, from, start, start + length);
    this.#textStart[code] = from;
    this.#textStart[code + 1] = end;
    this.#textSlot[code] = slot;
    const name = () => bytes.toString('utf8', start, start + length).toWellFormed();
    this.#isScatteredName[code] = isName && this.#ids.isScattered(`metadata.${name()}`) ? 1 : 0;
    this.#textTable[place] = code;
    this.#nextCode++;
    return code;
  }
}

/** Where `/SESSION` begins in the ARN of an assumed role; -1: it is none, or its role or session lacks. */
function sessionOf(bytes: Buffer, start: number, end: number): number {
  // arn:PARTITION:sts:REGION:ACCOUNT:assumed-role/NAME/SESSION
  let at = start;
  for (let colons = 0; colons < 5; at++) {
    if (at >= end) return -1;
    if (bytes[at] !== COLON) continue;
    colons++;
    if (colons === 2 && bytes.compare(STS, 0, STS.length, at, at + STS.length) !== 0) return -1;
  }
  if (at + ROLE.length >= end || bytes.compare(ROLE, 0, ROLE.length, at, at + ROLE.length) !== 0) return -1;
  const session = bytes.indexOf(SLASH, at + ROLE.length);
  return session > at + ROLE.length && session + 1 < end ? session : -1;
}

/** Of the end, by which ARNs and model ids differ. */
function hashOf(view: DataView, slot: number, start: number, end: number): number {
  let hash = Math.imul(slot ^ ((end - start) << 8), 0x9e3779b1);
  let at = end;
  for (const from = Math.max(start, end - HASHED_BYTES); at - WORD_BYTES >= from; ) {
    at -= WORD_BYTES;
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  if (end - start < HASHED_BYTES) while (at > start) hash = Math.imul(hash, 31) + view.getUint8(--at);
  return hash ^ (hash >>> 15);
}
