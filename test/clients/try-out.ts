import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Remote } from '../../src/cli/hosts/host.ts';
import { type Client, ClientFailure, type Context, type Seen } from './client.ts';
import { install, versionOf } from './install.ts';
import { startModel } from './model/model.ts';
import { faultsOf, waysOf } from './record.ts';
import { type Target, type Targets, WAYS, type Way } from './targets.ts';

/** What a client made of this server, one way. */
export type Outcome = { tools: number; as: string; faults: string[] } | { cannot: string } | { failed: string };

export interface Trial {
  client: string;
  version: string;
  date: string;
  outcomes: Partial<Record<Way, Outcome>>;
  /** What it says to somebody who has no key. */
  withoutKey?: string;
}

export async function tryOut(client: Client, targets: Targets, say: (line: string) => void = () => {}): Promise<Trial> {
  const installed = await install(client);
  const trial: Trial = {
    client: client.name,
    version: await versionOf(installed, client.packages),
    date: new Date().toISOString().slice(0, 10),
    outcomes: {},
  };
  for (const way of WAYS) {
    const target = targets.of[way];
    if (target === undefined) continue;
    const outcome = await outcomeOf(client, way, installed, target);
    trial.outcomes[way] = outcome;
    say(`${client.name} ${trial.version}, ${way}: ${JSON.stringify(outcome)}`);
  }
  const keyed = targets.of['HTTP with a key'];
  if (keyed !== undefined && client.cannot?.['HTTP with a key'] === undefined) {
    trial.withoutKey = await saidWithoutKey(client, installed, keyed);
    say(`${client.name} ${trial.version}, without a key: ${trial.withoutKey}`);
  }
  return trial;
}

async function outcomeOf(client: Client, way: Way, installed: string, target: Target): Promise<Outcome> {
  const cannot = client.cannot?.[way];
  if (cannot !== undefined) return { cannot };
  try {
    const { tools, sent } = await ask(client, installed, target);
    return { tools, as: waysOf(sent), faults: faultsOf(sent) };
  } catch (error) {
    if (!(error instanceof ClientFailure)) throw error;
    return { failed: summaryOf(error.message) };
  }
}

async function ask(client: Client, installed: string, target: Target): Promise<Seen> {
  return inHome(installed, target, (context) => client.ask(context));
}

async function saidWithoutKey(client: Client, installed: string, { launch }: Target): Promise<string> {
  const target: Target = { launch: { url: (launch as Remote).url }, env: {} };
  try {
    return await inHome(installed, target, async (context) => {
      const { tools } = await client.ask(context);
      const goesOn = `nothing: it goes on, and its model has ${tools} tools of the server`;
      return client.status === undefined ? goesOn : `${goesOn}; ${await client.status(context)}`;
    });
  } catch (error) {
    if (!(error instanceof ClientFailure)) throw error;
    return summaryOf(error.message);
  }
}

async function inHome<T>(installed: string, target: Target, act: (context: Context) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'client-'));
  const model = await startModel();
  try {
    return await act({ installed, home, target, model });
  } finally {
    await model.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

const TELLING = [
  /Send an API key,? as x-api-key or Authorization: Bearer/,
  /(?<="message": ?")[^"]+/,
  /[^\n]*(regist|needs.auth|auth.required|auth_required)[^\n]*/i,
  /[^\n]*(401|error|fail)[^\n]*/i,
  /\S[^\n]*/,
];

/** The line that tells most of what a program said. */
function summaryOf(said: string): string {
  const [line] = TELLING.flatMap((telling) => telling.exec(said)?.[0] ?? []);
  return (line ?? said)
    .replace(/^\[\d+\]\s*/, '')
    .trim()
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .slice(0, 220);
}
