import { Buffer } from 'node:buffer';
import type { Assumptions } from './assumptions.ts';
import { discoverFields } from './discovery.ts';
import type { Row } from './insights/row.ts';
import { Timestamp, type Value } from './insights/values.ts';

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
  row: Row;
}

export interface LogStream {
  name: string;
  creationTime: number;
  firstEventTimestamp: number;
  lastEventTimestamp: number;
  lastIngestionTime: number;
}

export type LogGroupClass = 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY';

export interface GroupSettings {
  /** Default: 2020-01-01. */
  creationTime?: number;
  retentionInDays?: number;
  /** Default: STANDARD. Fields are discovered in this class only. */
  logGroupClass?: LogGroupClass;
}

export interface LogGroup {
  account: string;
  region: string;
  name: string;
  creationTime: number;
  retentionInDays: number | undefined;
  logGroupClass: LogGroupClass;
  storedBytes: number;
  streams: Map<string, LogStream>;
  /** From the oldest; see sortedEvents. */
  events: StoredEvent[];
}

export interface Store {
  createLogGroup(account: string, region: string, name: string, settings?: GroupSettings): LogGroup;
  putLogEvents(account: string, region: string, group: string, events: readonly InputEvent[]): void;
  find(account: string, region: string, name: string): LogGroup | undefined;
  /** By name. */
  groups(account: string, region: string): LogGroup[];
}

const DEFAULT_STREAM = 'default';
const DEFAULT_CREATION = Date.UTC(2020, 0, 1);

export function createStore({ keptFields }: Pick<Assumptions, 'keptFields'>): Store {
  const groups = new Map<string, LogGroup>();
  let eventCount = 0;

  function createLogGroup(account: string, region: string, name: string, settings: GroupSettings = {}): LogGroup {
    const group: LogGroup = {
      account,
      region,
      name,
      creationTime: settings.creationTime ?? DEFAULT_CREATION,
      retentionInDays: settings.retentionInDays,
      logGroupClass: settings.logGroupClass ?? 'STANDARD',
      storedBytes: 0,
      streams: new Map(),
      events: [],
    };
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
    group.storedBytes += bytes;
    touchStream(group, event);
  }

  return {
    createLogGroup,
    putLogEvents(account, region, name, events) {
      const group = groups.get(groupArn({ account, region, name })) ?? createLogGroup(account, region, name);
      for (const event of events) put(group, event);
      // Stable: events of one millisecond stay as they came.
      group.events.sort((left, right) => left.timestamp - right.timestamp);
    },
    find: (account, region, name) => groups.get(groupArn({ account, region, name })),
    groups: (account, region) =>
      [...groups.values()]
        .filter((group) => group.account === account && group.region === region)
        .sort((left, right) => (left.name < right.name ? -1 : 1)),
  };
}

export function groupArn({ account, region, name }: Pick<LogGroup, 'account' | 'region' | 'name'>): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

/** The fields that AWS adds, and those that it discovers. */
function rowOf(group: LogGroup, event: Omit<StoredEvent, 'row'>, kept: Assumptions['keptFields']): Row {
  const discovery = group.logGroupClass === 'STANDARD' ? discoverFields(event.message, kept) : undefined;
  const found = discovery?.fields ?? new Map<string, Value>();
  found.set('@timestamp', new Timestamp(event.timestamp));
  found.set('@message', event.message);
  found.set('@logStream', event.logStreamName);
  found.set('@log', `${group.account}:${group.name}`);
  found.set('@ingestionTime', new Timestamp(event.ingestionTime));
  const pointer = Buffer.from(`${group.account}:${group.name}:${event.eventId}`).toString('base64');
  found.set('@ptr', pointer);
  return { found, made: undefined, pointer, partial: discovery?.partial ?? false };
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

/** The oldest time that retention leaves: "the number of days to retain the log events". */
export function keptSince({ retentionInDays }: LogGroup, now: number): number {
  return retentionInDays === undefined ? 0 : now - retentionInDays * 86_400_000;
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
