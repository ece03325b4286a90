import { Buffer } from 'node:buffer';
import type { Assumptions } from './assumptions.ts';
import { discoverFields } from './discovery.ts';
import type { EventFields } from './insights/row.ts';
import { Timestamp } from './insights/values.ts';

export interface InputEvent {
  /** Milliseconds since 1970, as in InputLogEvent. */
  timestamp: number;
  message: string;
  /** Default: the event's timestamp. */
  ingestionTime?: number;
  /** Default: `default`. */
  logStreamName?: string;
}

export interface StoredEvent extends Required<InputEvent> {
  eventId: string;
  bytes: number;
  row: EventFields;
}

export interface LogStream {
  name: string;
  creationTime: number;
  firstEventTimestamp: number;
  lastEventTimestamp: number;
  lastIngestionTime: number;
}

export interface LogGroup {
  account: string;
  region: string;
  name: string;
  /** Milliseconds since 1970. */
  created: number;
  streams: Map<string, LogStream>;
  /** From the oldest. */
  events: StoredEvent[];
}

export interface Store {
  /** @param created default: long ago */
  createLogGroup(account: string, region: string, name: string, created?: number): LogGroup;
  deleteLogGroup(group: LogGroup): void;
  putLogEvents(account: string, region: string, group: string, events: readonly InputEvent[]): void;
  find(account: string, region: string, name: string): LogGroup | undefined;
}

const DEFAULT_STREAM = 'default';
/** When groups were made of which nothing else is said. */
const CREATION = Date.UTC(2020, 0, 1);

export function createStore({ keptFields }: Pick<Assumptions, 'keptFields'>): Store {
  const groups = new Map<string, LogGroup>();
  let eventCount = 0;

  function createLogGroup(account: string, region: string, name: string, created = CREATION): LogGroup {
    const group: LogGroup = { account, region, name, created, streams: new Map(), events: [] };
    groups.set(groupArn(group), group);
    return group;
  }

  function put(group: LogGroup, input: InputEvent): void {
    const { timestamp, message, ingestionTime = timestamp, logStreamName = DEFAULT_STREAM } = input;
    eventCount += 1;
    const eventId = String(eventCount).padStart(56, '3');
    const bytes = Buffer.byteLength(message);
    const event = { timestamp, message, ingestionTime, logStreamName, eventId, bytes };
    group.events.push({ ...event, row: rowOf(group, event, keptFields) });
    touchStream(group, event);
  }

  return {
    createLogGroup,
    deleteLogGroup: (group) => void groups.delete(groupArn(group)),
    putLogEvents(account, region, name, events) {
      const group = groups.get(groupArn({ account, region, name })) ?? createLogGroup(account, region, name);
      for (const event of events) put(group, event);
      // Stable: events of one millisecond stay as they came.
      group.events.sort((left, right) => left.timestamp - right.timestamp);
    },
    find: (account, region, name) => groups.get(groupArn({ account, region, name })),
  };
}

export function groupArn({ account, region, name }: Pick<LogGroup, 'account' | 'region' | 'name'>): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

/** The fields that AWS adds, and those that it discovers. */
function rowOf(group: LogGroup, event: Omit<StoredEvent, 'row'>, kept: Assumptions['keptFields']): EventFields {
  const { fields: found, partial } = discoverFields(event.message, kept);
  found.set('@timestamp', new Timestamp(event.timestamp));
  found.set('@message', event.message);
  found.set('@logStream', event.logStreamName);
  found.set('@log', `${group.account}:${group.name}`);
  found.set('@ingestionTime', new Timestamp(event.ingestionTime));
  const pointer = Buffer.from(`${group.account}:${group.name}:${event.eventId}`).toString('base64');
  found.set('@ptr', pointer);
  return { fields: found, pointer, partial };
}

function touchStream(group: LogGroup, { logStreamName, timestamp, ingestionTime }: Required<InputEvent>): void {
  const stream = group.streams.get(logStreamName);
  if (!stream) {
    const times = { firstEventTimestamp: timestamp, lastEventTimestamp: timestamp, lastIngestionTime: ingestionTime };
    group.streams.set(logStreamName, { name: logStreamName, creationTime: timestamp, ...times });
    return;
  }
  stream.firstEventTimestamp = Math.min(stream.firstEventTimestamp, timestamp);
  stream.lastEventTimestamp = Math.max(stream.lastEventTimestamp, timestamp);
  stream.lastIngestionTime = Math.max(stream.lastIngestionTime, ingestionTime);
}

/** Events of a group within a range of milliseconds, both ends included, from the oldest. */
export function eventsBetween({ events }: LogGroup, startMs: number, endMs: number): StoredEvent[] {
  return events.slice(firstAtOrAfter(events, startMs), firstAtOrAfter(events, endMs + 1));
}

function firstAtOrAfter(events: readonly StoredEvent[], ms: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.timestamp ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
