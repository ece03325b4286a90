import type { Invocation, TokenCounts } from '../../domain/invocation.ts';
import { byCounter, COUNTER_NAMES } from '../../domain/usage-class.ts';
import type { Kept } from '../json-fields.ts';
import { type Fields, loggedFromFields } from '../record.ts';
import type { QuickRecord } from './quick-record.ts';
import { EVENT, LABEL_NAME, LABEL_VALUE, RECORD_SHAPE } from './shape.ts';

type Building = { [field: string]: Kept };

/** Where events of a response stream are, and a body that is no stream. */
const BODY_DEPTH = 2;

/**
 * The record that was just read, as `readRecord` has it: of the few fields that hold its texts the same is made as of all.
 * Undefined where an escape in a text is none.
 */
export function invocationFromQuick(bytes: Buffer, record: QuickRecord): Invocation | undefined {
  const { idStart, idEnd, at, counts, latencyMs, firstByteMs } = record;
  const texts = fieldsFromTexts(bytes, record);
  return (
    texts && {
      // It has no escape.
      requestId: bytes.toString('utf8', idStart, idEnd),
      at,
      tokens: byCounter((name) => countAt(counts, COUNTER_NAMES.indexOf(name))) as TokenCounts,
      latencyMs: latencyMs < 0 ? undefined : latencyMs,
      firstByteMs: firstByteMs < 0 ? undefined : firstByteMs,
      ...loggedFromFields(texts),
    }
  );
}

function countAt(counts: Int32Array, place: number): number | undefined {
  const count = counts[place] as number;
  return count < 0 ? undefined : count;
}

function fieldsFromTexts(bytes: Buffer, { texts, textsLength }: QuickRecord): Fields | undefined {
  const root: Building = {};
  const labels: Building = {};
  const events: Building[] = [];
  let name = '';
  for (let i = 0; i < textsLength; i += 3) {
    const slot = texts[i] as number;
    if (slot === EVENT) {
      events.push({});
      continue;
    }
    const text = textAt(bytes, texts[i + 1] as number, texts[i + 2] as number);
    if (text === undefined) return undefined;
    const event = events.at(-1);
    if (slot === LABEL_NAME) name = text;
    else if (slot === LABEL_VALUE) put(labels, [name], text);
    else {
      const path = RECORD_SHAPE.paths[slot] as readonly string[];
      if (event && isOfBody(path)) put(event, path.slice(BODY_DEPTH), text);
      else put(root, path, text);
    }
  }
  root['requestMetadata'] = labels;
  if (events.length > 0) put(root, ['output', 'outputBodyJson'], events);
  return root;
}

function isOfBody(path: readonly string[]): boolean {
  return path[0] === 'output' && path[1] === 'outputBodyJson';
}

function put(root: Building, path: readonly string[], value: Kept): void {
  let holder = root;
  for (const name of path.slice(0, -1)) {
    holder[name] ??= {};
    holder = holder[name] as Building;
  }
  const field = path.at(-1) as string;
  // As JSON.parse does it: this name is one like others.
  if (field === '__proto__')
    Object.defineProperty(holder, field, { value, enumerable: true, writable: true, configurable: true });
  else holder[field] = value;
}

function textAt(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}
