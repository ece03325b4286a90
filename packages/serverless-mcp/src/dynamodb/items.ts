import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { CallRow, SessionRow, StoredEvent } from '../session-store.ts';

export type Item = Record<string, AttributeValue>;

/**
 * The table, one for everything: `pk` and `sk` are strings, `expiresAt` (epoch seconds) is for DynamoDB's TTL, which deletes late
 * (within days, https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html), so reads check it as well.
 *
 * | pk               | sk                 | what
 * | ---------------- | ------------------ | ---
 * | `session#ID`     | `row`              | the session
 * | `session#ID`     | `call#CALL`        | a call in progress
 * | `channel#NAME`   | `head`             | the last sequence number, of channels with several writers
 * | `channel#NAME`   | `SEQUENCE.PART`    | an event, or a part of a large one
 * | `task#ID`        | `row`              | a call that goes on as a task
 */
export const sessionKey = (id: string): Item => ({ pk: { S: `session#${id}` }, sk: { S: 'row' } });
export const callKey = (sessionId: string, callId: string): Item => ({
  pk: { S: `session#${sessionId}` },
  sk: { S: `call#${callId}` },
});
export const channelKey = (channel: string): AttributeValue => ({ S: `channel#${channel}` });
export const headKey = (channel: string): Item => ({ pk: channelKey(channel), sk: { S: 'head' } });

/** Sorts as a string the way it does as a number: 16 digits hold every safe integer. */
export const eventSortKey = (sequence: number, part = 0): AttributeValue => ({
  S: `${String(sequence).padStart(16, '0')}.${String(part).padStart(4, '0')}`,
});

export const LAST_SORT_KEY: AttributeValue = { S: '9999999999999999.9999' };

/** An item holds 400 KB, names included (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html). */
const PART_BYTES = 350 * 1024;

/** A write unit is 1 KB: below it, packing saves nothing. */
const PACK_FROM_BYTES = 1024;

const text = (item: Item, name: string): string => item[name]?.S ?? '';
const number = (value: number): AttributeValue => ({ N: String(value) });
export const seconds = (milliseconds: number): AttributeValue => number(Math.ceil(milliseconds / 1000));

export function itemFromSession(row: SessionRow): Item {
  return {
    ...sessionKey(row.id),
    initialize: { S: JSON.stringify(row.initialize) },
    protocolVersion: { S: row.protocolVersion },
    liveUntil: number(row.expiresAt),
    expiresAt: seconds(row.expiresAt),
    ...(row.owner === undefined ? {} : { owner: { S: row.owner } }),
    ...(row.logLevel === undefined ? {} : { logLevel: { S: row.logLevel } }),
    ...(row.stream === undefined ? {} : { stream: { S: row.stream } }),
    ...(row.cursor === undefined ? {} : { cursor: { S: row.cursor } }),
    ...(row.subscriptions.length === 0 ? {} : { subscriptions: { SS: [...row.subscriptions] } }),
  };
}

export function sessionFromItem(item: Item): SessionRow {
  return {
    id: text(item, 'pk').slice('session#'.length),
    owner: item['owner']?.S,
    initialize: JSON.parse(text(item, 'initialize')),
    protocolVersion: text(item, 'protocolVersion'),
    logLevel: item['logLevel']?.S as SessionRow['logLevel'],
    subscriptions: item['subscriptions']?.SS ?? [],
    stream: item['stream']?.S,
    cursor: item['cursor']?.S,
    expiresAt: Number(item['liveUntil']?.N),
  };
}

export function itemFromCall(sessionId: string, call: CallRow, expiresAt: number): Item {
  return {
    ...callKey(sessionId, call.id),
    requestIds: { S: JSON.stringify(call.requestIds) },
    leaseUntil: number(call.leaseUntil),
    expiresAt: seconds(expiresAt),
  };
}

export function callFromItem(item: Item): CallRow {
  return {
    id: text(item, 'sk').slice('call#'.length),
    requestIds: JSON.parse(text(item, 'requestIds')),
    leaseUntil: Number(item['leaseUntil']?.N),
  };
}

export interface EventContext {
  /** Other writers number this channel, too. */
  shared: boolean;
  /** Nothing was there before it. */
  first: boolean;
  /** Epoch milliseconds. */
  writtenAt: number;
  retainMs: number;
}

/** The items of an event; the first of them last, because it makes the others count. */
export function itemsFromEvent(channel: string, event: StoredEvent, context: EventContext): Item[] {
  const { shared, first, writtenAt, retainMs } = context;
  const plain = Buffer.from(event.data);
  const packed = plain.length > PACK_FROM_BYTES;
  const bytes = packed ? gzipSync(plain, { level: 1 }) : plain;
  const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  const items = Array.from(
    { length: parts },
    (_, part): Item => ({
      pk: channelKey(channel),
      sk: eventSortKey(event.sequence, part),
      bytes: { B: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
      expiresAt: seconds(writtenAt + retainMs),
    }),
  );
  Object.assign(items[0] as Item, {
    parts: number(parts),
    writtenAt: number(writtenAt),
    ...flags({ packed, last: event.last, first, shared }),
  });
  return items.reverse();
}

/** Only those that are true: an attribute costs its name. */
function flags(values: Record<string, boolean>): Item {
  return Object.fromEntries(Object.entries(values).flatMap(([name, set]) => (set ? [[name, { BOOL: true }]] : [])));
}

/** What a channel holds at one sequence number. */
export interface Slot {
  sequence: number;
  first: boolean;
  shared: boolean;
  writtenAt: number;
  /** Undefined for a number whose writer never came, and for an event that has expired in part. */
  event: StoredEvent | undefined;
}

/** The slots that are complete, in order, from items in order. */
export function slotsFromItems(items: readonly Item[]): Slot[] {
  const slots: Slot[] = [];
  for (let from = 0, to = 0; from < items.length; from = to) {
    const sequence = sequenceOf(items[from] as Item);
    while (to < items.length && sequenceOf(items[to] as Item) === sequence) to++;
    const slot = slotFromParts(sequence, items.slice(from, to));
    if (slot) slots.push(slot);
  }
  return slots;
}

const sequenceOf = (item: Item): number => Number(text(item, 'sk').split('.')[0]);

/** Undefined for what is still being written. Parts beyond those that the first counts are of a dead writer, whose number was given up. */
function slotFromParts(sequence: number, items: readonly Item[]): Slot | undefined {
  const head = items[0] as Item;
  if (head['parts'] === undefined) return undefined;
  const shared = head['shared']?.BOOL === true;
  const parts = items.slice(0, Number(head['parts'].N));
  const isWhole = parts.length === Number(head['parts'].N);
  // The parts of a shared channel's event are there before their first: what is missing now has expired.
  if (!isWhole && !shared) return undefined;
  return {
    sequence,
    first: head['first']?.BOOL === true,
    shared,
    writtenAt: Number(head['writtenAt']?.N),
    event: isWhole ? eventFromParts(sequence, head, parts) : undefined,
  };
}

function eventFromParts(sequence: number, head: Item, parts: readonly Item[]): StoredEvent | undefined {
  if (head['hole']?.BOOL) return undefined;
  const bytes = Buffer.concat(parts.map((item) => item['bytes']?.B as Uint8Array));
  const data = (head['packed']?.BOOL ? gunzipSync(bytes) : bytes).toString();
  return { sequence, data, last: head['last']?.BOOL === true };
}

/** Takes the place of an event whose writer died, so that readers can go on; a writer that comes late takes another number. */
export function itemFromHole(
  channel: string,
  sequence: number,
  { first, writtenAt, retainMs }: Omit<EventContext, 'shared'>,
): Item {
  return {
    pk: channelKey(channel),
    sk: eventSortKey(sequence),
    parts: number(1),
    writtenAt: number(writtenAt),
    expiresAt: seconds(writtenAt + retainMs),
    ...flags({ hole: true, first, shared: true }),
  };
}
