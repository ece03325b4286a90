import type { QuickRecord } from '../../logs/quick/quick-record.ts';
import { LABEL_NAME } from '../../logs/quick/shape.ts';

const BACKSLASH = 92;

/** Places in a record's bytes: the ARN of who called, and where its session begins, with the slash before it. */
export interface OwnCaller {
  start: number;
  session: number;
  end: number;
}

/** What all records of a set have in common in what each has of its own, as `AttributeIds` writes it, and the places for the rest. */
export interface OwnTemplate {
  /** Undefined where a text is written otherwise in JSON of ours than in the record. */
  fill(bytes: Buffer, record: QuickRecord, caller: OwnCaller): string | undefined;
}

/** In place of a text's number. */
const CALLER_ITSELF = -1;
const SESSION = -2;

/**
 * @param isOwn whether the text of that number is the value of a label that is scattered
 * @returns undefined where nothing can be made of it: a name twice, an escape
 */
export function createOwnTemplate(
  bytes: Buffer,
  record: QuickRecord,
  isOwn: (text: number) => boolean,
  caller: OwnCaller,
): OwnTemplate | undefined {
  const labels = labelsOf(bytes, record);
  if (labels === undefined) return undefined;
  const pieces: string[] = [''];
  const holes: number[] = [];
  const addHole = (hole: number) => {
    holes.push(hole);
    pieces.push('');
  };
  const add = (text: string) => {
    pieces[pieces.length - 1] += text;
  };
  const hasOwnLabel = labels.some(({ text }) => isOwn(text));
  if (hasOwnLabel) {
    for (const [index, { name, text, value }] of labels.entries()) {
      add(`${index === 0 ? '{"metadata":{' : ','}"${name}":"`);
      if (isOwn(text)) addHole(text);
      else add(value);
      add('"');
    }
    add('}');
  }
  if (caller.start >= 0) {
    add(`${hasOwnLabel ? ',' : '{'}"caller":"`);
    addHole(CALLER_ITSELF);
    add('","session":"');
    addHole(SESSION);
    add('"');
  }
  add('}');
  return { fill: (from, { texts }, its) => filled(from, texts, its, pieces, holes) };
}

function filled(
  bytes: Buffer,
  texts: Int32Array,
  caller: OwnCaller,
  pieces: readonly string[],
  holes: readonly number[],
): string | undefined {
  let own = pieces[0] as string;
  for (let i = 0; i < holes.length; i++) {
    const hole = holes[i] as number;
    const start = hole >= 0 ? (texts[3 * hole + 1] as number) : hole === SESSION ? caller.session + 1 : caller.start;
    const end = hole >= 0 ? (texts[3 * hole + 2] as number) : caller.end;
    if (!isPlain(bytes, start, end)) return undefined;
    own += bytes.toString('latin1', start, end) + (pieces[i + 1] as string);
  }
  return own;
}

interface PlainLabel {
  name: string;
  value: string;
  /** The number of its value among the texts. */
  text: number;
}

/** All labels of a record, sorted by name. */
function labelsOf(bytes: Buffer, { texts, textsLength }: QuickRecord): PlainLabel[] | undefined {
  const labels: PlainLabel[] = [];
  for (let i = 0; i < textsLength; i += 3) {
    if (texts[i] !== LABEL_NAME) continue;
    const name = plainText(bytes, texts[i + 1] as number, texts[i + 2] as number);
    const value = plainText(bytes, texts[i + 4] as number, texts[i + 5] as number);
    // JavaScript has names that are numbers before all others.
    if (name === undefined || value === undefined || /^\d/.test(name)) return undefined;
    labels.push({ name, value, text: i / 3 + 1 });
  }
  labels.sort((a, b) => (a.name < b.name ? -1 : 1));
  return labels.some(({ name }, index) => name === labels[index + 1]?.name) ? undefined : labels;
}

function plainText(bytes: Buffer, start: number, end: number): string | undefined {
  return isPlain(bytes, start, end) ? bytes.toString('latin1', start, end) : undefined;
}

/** Printable ASCII without escapes, which is the same in a string and in JSON of any writer. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < 32 || byte > 126 || byte === BACKSLASH) return false;
  }
  return true;
}
