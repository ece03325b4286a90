import { COUNTER_NAMES, type Counter } from '../../domain/usage-class.ts';
import { DETAIL_FIELDS, fieldsOf } from '../count-fields.ts';
import { COUNT_PLACES, DETAILS, LIFETIMES, TOTAL } from '../count-table.ts';
import { ANY_FIELD, type Keep, MARKS, markOfField, OR_TEXT } from '../json-fields.ts';
import { RECORD_FIELDS } from '../record.ts';

/** What the value of a field is to the reader. Plain numbers: they are compared for each field of each record. */
export const SKIPPED = 0;
export const SCHEMA_TYPE = 1;
export const TIME = 2;
export const REQUEST_ID = 3;
/** `slot` tells which one. */
export const TEXT = 4;
/** `slot` is the counter's place in `COUNTER_NAMES`; so of a detail. */
export const COUNT = 5;
export const TOTAL_COUNT = 6;
/** Of a cache write; `slot` is 0 for the short lifetime, 1 for the long one. */
export const WRITE = 7;
/** How many tokens an element of `LIFETIMES.converse` counts, and their lifetime. */
export const LISTED_WRITE = 8;
export const LIFETIME = 9;
export const PART_COUNT = 10;
/** Milliseconds; `slot` is the place in `MILLISECONDS`. */
export const MILLISECONDS = 11;
export const OBJECT = 12;
/** Request metadata: any name, and a text. */
export const LABELS = 13;
/** A prompt, or an answer: what is in it is stepped over without being checked. */
export const ASKED = 14;
export const ANSWERED = 15;
export const WRITES = 16;
export const WRITE_LIST = 17;
export const DETAIL = 18;
export const PART_LIST = 19;

export interface Field {
  /** `"name":` */
  literal: Uint8Array;
  length: number;
  /** The literal in words of four bytes, and its last four. */
  words: Int32Array;
  lastWord: number;
  kind: number;
  slot: number;
  inner: Shape | undefined;
  /** Of a value that may be an object or a text: its slot as a text; else -1. */
  textSlot: number;
  /** The object that it was last met in, by the reader's count: a second time in one object is unusual. */
  metIn: number;
  /** The field that followed it last. */
  next: Field | undefined;
}

/** What an object holds that is read. */
export interface Shape {
  byMark: (Field[] | undefined)[];
  /** It may state counts, all of which are one statement. */
  states: boolean;
  /** Before the first field. */
  start: Field;
  /** How many fields to be stepped over are among `byMark`. */
  passed: number;
}

/** Texts besides those of `RECORD_FIELDS`, as slots. */
export const LABEL_NAME = 0;
export const LABEL_VALUE = 1;
/** No text: an event of a response stream begins that has one. */
export const EVENT = 2;
export const CALLER = 3;
const CALLER_PATH = 'identity.arn';

/** Of the places that tell a latency the first that does counts, and the last event. */
const LATENCIES = [
  'amazon-bedrock-invocationMetrics.invocationLatency',
  'metrics.latencyMs',
  'metadata.metrics.latencyMs',
].map((path) => `output.outputBodyJson.${path}`);
export const LATENCY_PLACES = LATENCIES.length;
/** Its place after the latencies. */
const FIRST_BYTE = 'output.outputBodyJson.amazon-bedrock-invocationMetrics.firstByteLatency';

const COUNTERS = new Map<string, Counter>(
  COUNTER_NAMES.flatMap((counter) => fieldsOf(counter).map((field) => [field, counter] as const)),
);
const DETAIL_COUNTERS = new Map<string, Counter>(DETAIL_FIELDS.map(({ counter, field }) => [field, counter] as const));
const { claude: CLAUDE, converse: CONVERSE } = LIFETIMES;
const [PARTS] = COUNT_PLACES.output.parts;

const LEAVES: Readonly<Record<string, number>> = { schemaType: SCHEMA_TYPE, timestamp: TIME, requestId: REQUEST_ID };
const HOLDERS: Readonly<Record<string, number>> = {
  requestMetadata: LABELS,
  'input.inputBodyJson': ASKED,
  'output.outputBodyJson': ANSWERED,
};
const HOLDERS_OF_COUNTS: Readonly<Record<string, number>> = {
  [CLAUDE.holder]: WRITES,
  [CONVERSE.holder]: WRITE_LIST,
  [DETAILS.chat]: DETAIL,
  [DETAILS.responses]: DETAIL,
  [PARTS]: PART_LIST,
};

export interface RecordShape extends Shape {
  /** Where the texts of each slot from `CALLER` on stand in a record. */
  paths: readonly (readonly string[])[];
}

/** Makes the shape of a record of what is kept of it, so that two readers read the same fields. */
function shapeFromKeep(keep: Exclude<Keep, true>): RecordShape {
  const paths: string[][] = Array.from({ length: CALLER }, () => []);
  paths.push(CALLER_PATH.split('.'));
  const slot = (path: string) => (path === CALLER_PATH ? CALLER : paths.push(path.split('.')) - 1);

  function shapeOf(fields: Exclude<Keep, true>, path: string, holder: number): Shape {
    const shape: Shape = {
      byMark: Array.from({ length: MARKS }),
      states: Object.hasOwn(fields, TOTAL),
      start: passedField(''),
      passed: 0,
    };
    for (const [name, inner] of Object.entries(fields)) {
      if (name === OR_TEXT || name === ANY_FIELD) continue;
      const field = fieldOf(name, inner, path === '' ? name : `${path}.${name}`, holder);
      const mark = markOfField(name);
      shape.byMark[mark] = [...(shape.byMark[mark] ?? []), field];
    }
    return shape;
  }

  function fieldOf(name: string, keep: Keep, path: string, holder: number): Field {
    const field = passedField(name);
    if (keep === true) return { ...field, ...leafOf(name, path, holder) };
    const kind = HOLDERS[path] ?? HOLDERS_OF_COUNTS[name] ?? OBJECT;
    const inner = kind === LABELS ? undefined : shapeOf(keep, path, kind);
    return { ...field, kind, inner, textSlot: Object.hasOwn(keep, OR_TEXT) ? slot(path) : -1 };
  }

  function leafOf(name: string, path: string, holder: number): Pick<Field, 'kind' | 'slot'> {
    if (holder === WRITES) return { kind: WRITE, slot: name === CLAUDE.long ? 1 : 0 };
    if (holder === WRITE_LIST) return { kind: name === CONVERSE.count ? LISTED_WRITE : LIFETIME, slot: 0 };
    if (holder === PART_LIST) return { kind: PART_COUNT, slot: 0 };
    const counter = holder === DETAIL ? DETAIL_COUNTERS.get(name) : COUNTERS.get(name);
    if (counter !== undefined) return { kind: COUNT, slot: COUNTER_NAMES.indexOf(counter) };
    if (name === TOTAL) return { kind: TOTAL_COUNT, slot: 0 };
    const kind = LEAVES[path];
    if (kind !== undefined) return { kind, slot: 0 };
    const milliseconds = [...LATENCIES, FIRST_BYTE].indexOf(path);
    return milliseconds < 0 ? { kind: TEXT, slot: slot(path) } : { kind: MILLISECONDS, slot: milliseconds };
  }

  return { ...shapeOf(keep, '', OBJECT), paths };
}

/** A field that is stepped over. */
export function passedField(name: string): Field {
  const literal = Buffer.from(`"${name}":`, 'latin1');
  const { length } = literal;
  const words = Int32Array.from({ length: length >> 2 }, (_, index) => literal.readInt32LE(4 * index));
  const lastWord = length < 4 ? 0 : literal.readInt32LE(length - 4);
  return {
    literal,
    length,
    words,
    lastWord,
    kind: SKIPPED,
    slot: 0,
    inner: undefined,
    textSlot: -1,
    metIn: 0,
    next: undefined,
  };
}

export const LONG_LIFETIME = Buffer.from(CONVERSE.long);

/** Made when this module is loaded, which is when files are read. */
export const RECORD_SHAPE = shapeFromKeep(RECORD_FIELDS);
