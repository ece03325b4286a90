/** What a test wants to happen to calls. */

/** An operation's name, or `*` for any. */
export type OperationName = string;

export interface FaultOptions {
  /** How many calls. Default: all, until `clear`. */
  times?: number;
  /** Calls that pass before. Default: 0. */
  after?: number;
  account?: string;
  region?: string;
}

export interface FaultyCall {
  operation: string;
  account: string;
  region: string;
}

export interface Rules<Effect> {
  add(operation: OperationName, effect: Effect, options?: FaultOptions): void;
  /** The effects on a call, which counts on each rule that it meets. */
  take(call: FaultyCall): Effect[];
  clear(): void;
}

export function createRules<Effect>(): Rules<Effect> {
  let rules: { operation: OperationName; effect: Effect; options: FaultOptions; times: number; after: number }[] = [];
  return {
    add(operation, effect, options = {}) {
      const { times = Number.POSITIVE_INFINITY, after = 0 } = options;
      rules.push({ operation, effect, options, times, after });
    },
    take(call) {
      const effects: Effect[] = [];
      for (const rule of rules.filter(({ operation, options }) => meets(operation, options, call))) {
        if (rule.after > 0) rule.after -= 1;
        else {
          rule.times -= 1;
          effects.push(rule.effect);
        }
      }
      rules = rules.filter(({ times }) => times > 0);
      return effects;
    },
    clear() {
      rules = [];
    },
  };
}

function meets(operation: OperationName, { account, region }: FaultOptions, call: FaultyCall): boolean {
  if (operation !== '*' && operation !== call.operation) return false;
  if (account !== undefined && account !== call.account) return false;
  return region === undefined || region === call.region;
}
