import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { each, inTurns, type Steps } from '../../domain/steps.ts';
import { CONTEXT_BANDS, type UsageCounts } from '../../domain/usage.ts';
import { CLASS_NAMES, EXPECTED_COUNTERS } from '../../domain/usage-class.ts';
import { ALL_STATED, ALL_USED, SHAPE_BITS } from '../../domain/usage-shape.ts';
import { type Attributes, attributesFrom } from '../../logs/attributes.ts';
import type { Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';

/** What scans found of a period, as it is kept: counts by what was logged, and no dollars. */
export interface KeptFound {
  /** The question, and for whom it was asked: what is found under another one's name is not taken. */
  key: string;
  /** Epoch milliseconds; `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
  /** When the first of it was found. */
  since: number;
  lookedAt: number;
  /** Lines that are no records, by reason. */
  malformed: Readonly<Record<string, number>>;
  groups: readonly InvocationGroup[];
}

/** What rows are made of. Rows of another layout are not read. */
export const LAYOUT = JSON.stringify([1, CLASS_NAMES, EXPECTED_COUNTERS, CONTEXT_BANDS]);

/** Of the text of a row. What packs to a megabyte has less, in what is not made to fill memory. */
const MOST_TEXT_BYTES = 16 * 1024 * 1024;

/**
 * Gzip, which has a checksum: in the time that it takes brotli makes the sample month by day no smaller (99 and 98 of 454 KB in 13 and
 * 9 ms), and 76 KB in 667 ms.
 */
const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

/**
 * Lines of JSON: a head, then attributes, each set once, then groups.
 * @returns undefined for more than is read again
 */
export async function bytesFromFound(found: KeptFound, work: Work): Promise<Uint8Array | undefined> {
  const sets = new Map<string, number>();
  const groups: string[] = [];
  let textBytes = 0;
  const add = (group: InvocationGroup) => {
    if (textBytes > MOST_TEXT_BYTES) return;
    const set = JSON.stringify(loggedOf(group));
    const number = sets.get(set) ?? sets.size;
    const line = JSON.stringify([number, ...numbersOf(group)]);
    textBytes += line.length + 1 + (sets.has(set) ? 0 : Buffer.byteLength(set) + 1);
    sets.set(set, number);
    groups.push(line);
  };
  await inTurns(each(found.groups, add), work);
  const { key, from, to, since, lookedAt, malformed } = found;
  const head = JSON.stringify([LAYOUT, key, from, to, since, lookedAt, sets.size, groups.length, malformed]);
  return textBytes + Buffer.byteLength(head) > MOST_TEXT_BYTES
    ? undefined
    : pack([head, ...sets.keys(), ...groups].join('\n'));
}

/** @returns undefined for what is damaged, of another layout, or under another key */
export async function foundFromBytes(bytes: Uint8Array, key: string, work: Work): Promise<KeptFound | undefined> {
  try {
    const text = (await unpack(bytes, { maxOutputLength: MOST_TEXT_BYTES })).toString();
    return await inTurns(foundFromText(text, key), work);
  } catch (error) {
    if (work.signal?.aborted) throw error;
    return undefined;
  }
}

function* foundFromText(text: string, wanted: string): Steps<KeptFound> {
  const lines = text.split('\n');
  const [layout, key, from, to, since, lookedAt, sets, count, malformed, ...rest] = listFrom(lines[0]);
  check(layout === LAYOUT && key === wanted && isRecord(malformed, isCount) && rest.length === 0);
  check([from, to, since, lookedAt, sets, count].every(isCount) && lines.length === 1 + Number(sets) + Number(count));
  const kept = { from: Number(from), to: Number(to) };
  const known: { modelId: string; attributes: Attributes }[] = [];
  yield* each(lines.slice(1, 1 + Number(sets)), (line) => known.push(loggedFrom(listFrom(line))));
  const groups: InvocationGroup[] = [];
  yield* each(lines.slice(1 + Number(sets)), (line) => {
    const [number, ...numbers] = listFrom(line);
    const set = isCount(number) ? known[number] : undefined;
    check(set !== undefined);
    groups.push({ ...set, ...groupFrom(numbers, kept) });
  });
  return { key: wanted, ...kept, since: Number(since), lookedAt: Number(lookedAt), malformed, groups };
}

/** Attributes as they are logged: what is derived from them is derived anew. */
function loggedOf({ modelId, attributes }: InvocationGroup): unknown[] {
  const { account, region, inferenceRegion, operation, caller, tier, error, status, stopReason, metadata } = attributes;
  const texts = [inferenceRegion, caller, tier, error ? status : undefined, stopReason].map((text) => text ?? null);
  return [modelId, account, region, operation, ...texts, !error && status === 'blocked', metadata];
}

function loggedFrom(list: readonly unknown[]): { modelId: string; attributes: Attributes } {
  const [
    modelId,
    accountId,
    region,
    operation,
    inferenceRegion,
    caller,
    tier,
    errorCode,
    stopReason,
    blocked,
    metadata,
  ] = list;
  check(list.length === 11 && typeof blocked === 'boolean' && isRecord(metadata, isText));
  check(isText(modelId) && isText(accountId) && isText(region) && isText(operation));
  const logged = {
    ...{ modelId, accountId, region, operation, blocked, metadata },
    inferenceRegion: textOrNone(inferenceRegion),
    identityArn: textOrNone(caller),
    tier: textOrNone(tier),
    errorCode: textOrNone(errorCode),
    stopReason: textOrNone(stopReason),
  };
  return { modelId, attributes: attributesFrom(logged) };
}

const COUNTED = ['invocations', 'errors', 'cacheWriteUnknown', ...CLASS_NAMES] as const satisfies (keyof UsageCounts)[];

function numbersOf({ at, contextBand, shape, records, first, last, unfit, counts }: InvocationGroup): number[] {
  return [at, contextBand, shape, records, first, last, unfit ? 1 : 0, ...COUNTED.map((name) => counts[name])];
}

const ALL_BITS = ALL_USED | ALL_STATED | SHAPE_BITS.ended;

function groupFrom(numbers: readonly unknown[], { from, to }: Pick<KeptFound, 'from' | 'to'>) {
  const [at, contextBand, shape, records, first, last, unfit, ...counted] = numbers;
  check(isCount(at) && at >= from && at < to && isCount(first) && isCount(last) && first <= last && isCount(records));
  check(isCount(shape) && shape <= ALL_BITS && (shape & ~ALL_BITS) === 0 && (unfit === 0 || unfit === 1));
  check(isCount(contextBand) && (contextBand === 0 || CONTEXT_BANDS.some((band) => band === contextBand)));
  // A class is a difference, so below zero where records contradict themselves.
  check(counted.length === COUNTED.length && counted.every(Number.isSafeInteger));
  const counts = Object.fromEntries(COUNTED.map((name, index) => [name, counted[index]])) as unknown as UsageCounts;
  return { at, contextBand, shape, records, first, last, counts, ...(unfit === 1 ? { unfit: true } : {}) };
}

// --- internal ---

function check(condition: boolean): asserts condition {
  if (!condition) throw new Error('a row that this program did not write');
}

function listFrom(line: string | undefined): unknown[] {
  const list: unknown = JSON.parse(line ?? '');
  check(Array.isArray(list));
  return list;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function textOrNone(value: unknown): string | undefined {
  if (value === null) return undefined;
  check(isText(value));
  return value;
}

function isRecord<Value>(value: unknown, is: (one: unknown) => one is Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(is);
}
