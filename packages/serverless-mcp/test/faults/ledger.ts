import type { Outcome } from './outcome.ts';

/** What a call is to bring, under a token that only this call has. */
export interface ExpectedCall {
  token: string;
  client: string;
  notifications: number;
}

export interface Counts {
  calls: number;
  results: number;
  notifications: number;
  /** A message that reached another client or call than its own. */
  wrong: number;
  /** Calls with neither result nor error. */
  withoutEnd: number;
  /** Notifications, server requests and responses that came again. */
  duplicate: number;
  /** Notifications that never came, though a later message of the call did. */
  lost: number;
  outOfOrder: number;
  /** Calls that ended with an error, by kind. */
  errors: Record<string, number>;
}

interface Entry extends ExpectedCall {
  heard: number[];
  serverRequests: number;
  outcome: Outcome | undefined;
}

/** Writes down what was asked and what came of it; judged at the end, because a duplicate may come late. */
export interface Ledger {
  begin(call: ExpectedCall): void;
  /** A notification, as a client received it. */
  heard(client: string, token: string, index: number): void;
  /** A server request, as a client received it. */
  asked(client: string, token: string): void;
  end(token: string, outcome: Outcome): void;
  /** A response to no open call, as a client received it. */
  answeredAgain(): void;
  count(): Counts;
}

export function createLedger(): Ledger {
  const entries = new Map<string, Entry>();
  let strayed = 0;
  let answeredAgain = 0;

  /** Undefined, and counted, for a message that the client should not have seen. */
  function entryOf(client: string, token: string): Entry | undefined {
    const entry = entries.get(token);
    if (entry?.client === client) return entry;
    strayed++;
    return undefined;
  }

  return {
    begin: (call) => void entries.set(call.token, { ...call, heard: [], serverRequests: 0, outcome: undefined }),
    heard: (client, token, index) => void entryOf(client, token)?.heard.push(index),
    asked(client, token) {
      const entry = entryOf(client, token);
      if (entry) entry.serverRequests++;
    },
    end(token, outcome) {
      const entry = entries.get(token);
      if (entry) entry.outcome = outcome;
    },
    answeredAgain: () => void answeredAgain++,
    count() {
      const counts = countAll([...entries.values()]);
      return { ...counts, wrong: counts.wrong + strayed, duplicate: counts.duplicate + answeredAgain };
    },
  };
}

function countAll(entries: readonly Entry[]): Counts {
  const sum = (count: (entry: Entry) => number) => entries.reduce((total, entry) => total + count(entry), 0);
  const errors: Record<string, number> = {};
  for (const { outcome } of entries)
    if (outcome?.kind === 'error') errors[outcome.why] = (errors[outcome.why] ?? 0) + 1;
  return {
    calls: entries.length,
    results: sum(({ outcome }) => (outcome?.kind === 'result' ? 1 : 0)),
    notifications: sum(({ heard }) => heard.length),
    wrong: sum(({ token, outcome }) => (outcome?.kind === 'result' && outcome.token !== token ? 1 : 0)),
    withoutEnd: sum(({ outcome }) => (outcome === undefined || outcome.kind === 'none' ? 1 : 0)),
    duplicate: sum(({ heard, serverRequests }) => heard.length - new Set(heard).size + Math.max(0, serverRequests - 1)),
    lost: sum(lostOf),
    outOfOrder: sum(({ heard }) => heard.filter((index, at) => at > 0 && index < (heard[at - 1] as number)).length),
    errors,
  };
}

/** A call that failed may stop anywhere, but must not skip. */
function lostOf({ heard, notifications, outcome }: Entry): number {
  const due = outcome?.kind === 'result' ? notifications : Math.max(-1, ...heard) + 1;
  return due - new Set(heard).size;
}
