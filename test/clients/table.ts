import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS } from './index.ts';
import { WAYS } from './targets.ts';
import type { Outcome, Trial } from './try-out.ts';

const FILE = join(import.meta.dirname, 'trials.json');

/** What was seen the last time that each client was tried. docs/hosts.md is made from it. */
export const readTrials = (): Trial[] => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : []);

/** In the order of the clients; what was tried now takes the place of what was tried before. */
export function keepTrials(tried: readonly Trial[], order: readonly string[]): void {
  const all = new Map([...readTrials(), ...tried].map((trial) => [trial.client, trial]));
  const kept = order.flatMap((name) => all.get(name) ?? []);
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
}

export const TRIALS_HEADER = [
  'client',
  'version',
  'tried',
  ...WAYS,
  'the answer reaches its model as',
  'without a key it says',
  'its own',
];

export function trialRow({ client, version, date, outcomes, withoutKey }: Trial): string[] {
  const ways = Object.values(outcomes).flatMap((outcome) => ('as' in outcome ? [outcome.as] : []));
  return [
    client,
    version,
    date,
    ...WAYS.map((way) => cellOf(outcomes[way])),
    [...new Set(ways)].join('; '),
    withoutKey === undefined ? '–' : withoutKey.replaceAll(/[<>`]/g, ''),
    CLIENTS.find(({ name }) => name === client)?.note ?? '',
  ];
}

function cellOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not tried';
  if ('cannot' in outcome) return `– (${outcome.cannot})`;
  if ('failed' in outcome) return `**no**: ${outcome.failed}`;
  return outcome.faults.length === 0 ? `${outcome.tools} tools, called` : `**no**: ${outcome.faults.join(', ')}`;
}
