import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { NewEvent, ReadOptions, SessionStore } from '../session-store.ts';
import { pause } from '../waiting.ts';
import { queryAll } from './client.ts';
import {
  channelKey,
  eventSortKey,
  headKey,
  type Item,
  itemFromHole,
  itemsFromEvent,
  LAST_SORT_KEY,
  type Slot,
  seconds,
  slotsFromItems,
} from './items.ts';

/** Between two looks at a quiet channel; it doubles from the first to the second. */
const POLL_FROM_MS = 100;
const POLL_TO_MS = 1_000;

/** A number that was taken and is not written after this long is given up. Its writer needs milliseconds. */
const HOLE_MS = 2_000;

/** Numbers that one event may take in turn, each after the one before was given up; who is that late each time writes to a broken table. */
const NUMBERS = 5;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const BATCH_ITEMS = 25;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * A table that throttles leaves items unprocessed, and "we strongly recommend that you use an exponential backoff algorithm" (same
 * page). Half of the pause is drawn, so that writers do not come back together. After this many in a row that took nothing, it fails.
 */
const IDLE_ROUNDS = 7;
const BACKOFF_FROM_MS = 25;

export interface ChannelOptions {
  client: DynamoDBClient;
  table: string;
  /** How long an event can be read after it was written. */
  retainMs: number;
  now: () => number;
}

export type Channels = Pick<SessionStore, 'append' | 'read' | 'last'>;

export function createChannels({ client, table, retainMs, now }: ChannelOptions): Channels {
  async function batch(requests: readonly WriteRequest[]): Promise<void> {
    let idle = 0;
    for (let left = [...requests]; left.length > 0; ) {
      const some = left.splice(0, fitting(left));
      const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: some } }));
      const unprocessed = UnprocessedItems?.[table] ?? [];
      left.unshift(...unprocessed);
      idle = unprocessed.length < some.length ? 0 : idle + 1;
      if (idle === IDLE_ROUNDS) throw new Error(`${table} takes no writes: ${IDLE_ROUNDS} batches came back whole`);
      if (unprocessed.length > 0) await pause(BACKOFF_FROM_MS * 2 ** idle * (0.5 + Math.random() / 2));
    }
  }

  /** Of a channel's only writer, which numbers them. */
  async function appendNumbered(channel: string, events: readonly NewEvent[], at: number): Promise<void> {
    const items = events.flatMap(({ data, last = false }, index) => {
      const context = { shared: false, first: at + index === 1, writtenAt: now(), retainMs };
      return itemsFromEvent(channel, { sequence: at + index, data, last }, context);
    });
    await batch(items.map((Item) => ({ PutRequest: { Item } })));
  }

  /** Takes the next sequence number. */
  async function next(channel: string): Promise<{ sequence: number; first: boolean }> {
    const begun = now();
    const { Attributes: before } = await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: headKey(channel),
        // From the clock, so that a channel that has expired and begins again does not use a number twice.
        UpdateExpression: 'SET #last = if_not_exists(#last, :now) + :one, expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: {
          ':now': { N: String(begun) },
          ':one': { N: '1' },
          ':expiresAt': seconds(begun + retainMs),
        },
        ReturnValues: 'ALL_OLD',
      }),
    );
    const last = before?.['last']?.N;
    return { sequence: Number(last ?? begun) + 1, first: last === undefined };
  }

  /** False when the sequence number has been given up meanwhile. */
  async function putNew(item: Item): Promise<boolean> {
    try {
      await client.send(
        new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function appendOne(channel: string, { data, last = false }: NewEvent): Promise<void> {
    for (let number = 0; number < NUMBERS; number++) {
      const { sequence, first } = await next(channel);
      const context = { shared: true, first, writtenAt: now(), retainMs };
      const items = itemsFromEvent(channel, { sequence, data, last }, context);
      await batch(items.slice(0, -1).map((Item) => ({ PutRequest: { Item } })));
      if (await putNew(items.at(-1) as Item)) return;
    }
    throw new Error(`${table} is too slow: ${NUMBERS} numbers in turn were given up before they were written`);
  }

  async function query(channel: string, after: number): Promise<Slot[]> {
    const items = await queryAll(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': channelKey(channel),
        ':from': eventSortKey(after + 1),
        ':to': LAST_SORT_KEY,
      },
    });
    return slotsFromItems(items);
  }

  /** Reads on from `after` until there is something to return, or time is up. */
  async function read(channel: string, after: number, { waitMs = 0, signal }: ReadOptions = {}) {
    const until = performance.now() + waitMs;
    for (let pollMs = POLL_FROM_MS; ; pollMs = Math.min(pollMs * 2, POLL_TO_MS)) {
      const slots = await query(channel, after);
      const ready = untilHole(slots, after);
      const events = ready.flatMap(({ event }) => event ?? []);
      if (events.length > 0) return events;
      after = ready.at(-1)?.sequence ?? after;
      const beyond = slots[ready.length];
      if (beyond && isGivenUp(beyond, now()) && (await giveUp(channel, after, beyond))) continue;
      const left = until - performance.now();
      if (left > 0) await pause(Math.min(pollMs, left), signal);
      // Nobody waits any more: another look would be paid for.
      if (left <= 0 || signal?.aborted) return [];
    }
  }

  /** Takes the first number that is missing from its writer; false when that was faster. A reader that starts from nothing cannot know where the channel began: just before what is there. */
  async function giveUp(channel: string, after: number, beyond: Slot): Promise<boolean> {
    const first = after === 0;
    const sequence = first ? beyond.sequence - 1 : after + 1;
    return putNew(itemFromHole(channel, sequence, { first, writtenAt: now(), retainMs }));
  }

  return {
    read,
    async append(channel, events, at) {
      if (at === undefined) for (const event of events) await appendOne(channel, event);
      else await appendNumbered(channel, events, at);
    },
    async last(channel) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: headKey(channel), ConsistentRead: true }),
      );
      return Number(Item?.['last']?.N ?? 0);
    },
  };
}

/** The slots before the first missing number: its writer may be about to write it, and readers never come back to it. */
function untilHole(slots: readonly Slot[], after: number): readonly Slot[] {
  let before = after;
  const hole = slots.findIndex(({ sequence, first }) => {
    const follows = first || sequence === before + 1;
    before = sequence;
    return !follows;
  });
  return hole < 0 ? slots : slots.slice(0, hole);
}

/** Whether the number before a slot has been missing for too long: it was taken before the slot's. A call's only writer has a lease. */
function isGivenUp({ shared, writtenAt }: Slot, now: number): boolean {
  return shared && now - writtenAt > HOLE_MS;
}

/** How many of the requests one batch takes. */
function fitting(requests: readonly WriteRequest[]): number {
  let bytes = 0;
  const over = requests.findIndex(({ PutRequest }, index) => {
    bytes += (PutRequest?.Item?.['bytes']?.B as Uint8Array | undefined)?.length ?? 0;
    return index >= BATCH_ITEMS || (index > 0 && bytes > BATCH_BYTES);
  });
  return over < 0 ? requests.length : over;
}
