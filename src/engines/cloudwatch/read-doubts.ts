import { SpendError } from '../../domain/errors.ts';
import { type RecordReading, readRecord } from '../../logs/record.ts';
import type { Work } from '../engine.ts';
import { createMerger, type MergedInvocation } from '../grouping/merge.ts';
import { eventsOf } from './filter-events.ts';
import type { LogsTarget } from './logs-target.ts';

/** A request of which a query could not tell all; its records lie between two times, epoch milliseconds, both included. */
export interface Doubt {
  /** These are empty where they are not known. */
  account: string;
  region: string;
  requestId: string;
  from: number;
  to: number;
  records: number;
}

/** What its records say; absent where they were not all found. */
export interface Look {
  invocations: readonly MergedInvocation[];
  /** Records that are none, by reason. */
  malformed: Readonly<Record<string, number>>;
}

/** Each stretch of time is a call at least, and ten calls a second are allowed. */
const MOST_WINDOWS = 200;

/** A call gives 1 MB at most, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const MOST_CHARACTERS = 500_000_000;

/**
 * Reads the events of requests that are in doubt, and as little else as that takes: short stretches of time, within limits beyond which
 * not knowing is cheaper.
 * @param known ids of requests that are in no doubt, where all of them are known
 * @returns none for all, where reading events is not allowed
 */
export async function readDoubts<D extends Doubt>(
  target: LogsTarget,
  doubts: readonly D[],
  work: Work,
  known?: ReadonlySet<string>,
): Promise<ReadonlyMap<D, Look>> {
  const search = searchFor(doubts, known);
  let characters = 0;
  try {
    for (const window of windowsOf(doubts)) {
      for (const group of target.groups) {
        for await (const { message, timestamp } of eventsOf(target, group, askedIn(window), work)) {
          search.add(message, timestamp);
          characters += message.length;
          if (characters > MOST_CHARACTERS) return search.looks();
        }
      }
    }
  } catch (error) {
    if (!(error instanceof SpendError) || error.code !== 'ACCESS_DENIED') throw error;
  }
  return search.looks();
}

interface Window {
  from: number;
  to: number;
  ids: string[];
}

/** At most so many stretches of time that hold all doubts: those that lie nearest to each other are joined. */
function windowsOf(doubts: readonly Doubt[]): Window[] {
  const windows: Window[] = [];
  for (const { from, to, requestId } of [...doubts].sort((a, b) => a.from - b.from)) {
    const last = windows.at(-1);
    if (last && from <= last.to) join(last, to, [requestId]);
    else windows.push({ from, to, ids: [requestId] });
  }
  const gaps = windows.slice(1).map((window, index) => window.from - (windows[index] as Window).to);
  const joined = [...gaps].sort((a, b) => a - b)[windows.length - MOST_WINDOWS - 1] ?? -1;
  const kept = windows.slice(0, 1);
  for (const [index, window] of windows.slice(1).entries()) {
    if ((gaps[index] as number) > joined) kept.push(window);
    else join(kept.at(-1) as Window, window.to, window.ids);
  }
  return kept;
}

function join(window: Window, to: number, ids: readonly string[]): void {
  window.to = Math.max(window.to, to);
  for (const id of ids) window.ids.push(id);
}

/** A single request is found by its id: no other event is sent. */
function askedIn({ from, to, ids: [id = '', ...others] }: Window) {
  const pattern = others.length === 0 && /^[\w-]+$/.test(id) ? { filterPattern: `"${id}"` } : {};
  return { startTime: from, endTime: to, ...pattern };
}

/** Puts what is read to the doubts that it is of. */
function searchFor<D extends Doubt>(doubts: readonly D[], known: ReadonlySet<string> | undefined) {
  const finds = doubts.map((doubt) => ({
    doubt,
    merger: createMerger(),
    malformed: {} as Record<string, number>,
    found: 0,
  }));
  type Find = (typeof finds)[number];
  const named = Map.groupBy(finds, ({ doubt }) => doubt.requestId);
  const nameless = (at: number) => (named.get('') ?? []).find(({ doubt }) => doubt.from <= at && at <= doubt.to);

  function findOf(reading: RecordReading, message: string, at: number): Find | undefined {
    if ('reject' in reading) {
      const ids = [...message.matchAll(/"requestId":\s*"([^"]+)"/g)].map(([, id = '']) => id);
      return ids.flatMap((id) => named.get(id) ?? [])[0] ?? nameless(at);
    }
    const { requestId, accountId, region } = reading.invocation;
    if (requestId === '' || (known && !known.has(requestId) && !named.has(requestId))) return nameless(at);
    return named
      .get(requestId)
      ?.find(({ doubt }) => ['', accountId].includes(doubt.account) && ['', region].includes(doubt.region));
  }

  return {
    add(message: string, at: number): void {
      const reading = readRecord(Buffer.from(message));
      const find = findOf(reading, message, at);
      if (!find || at < find.doubt.from || at > find.doubt.to) return;
      find.found++;
      if ('reject' in reading) find.malformed[reading.reject] = (find.malformed[reading.reject] ?? 0) + 1;
      else find.merger.add(reading.invocation);
    },
    looks(): ReadonlyMap<D, Look> {
      const whole = finds.filter(({ doubt, found }) => found >= doubt.records);
      return new Map(
        whole.map(({ doubt, merger, malformed }) => [doubt, { invocations: merger.invocations(), malformed }]),
      );
    },
  };
}
