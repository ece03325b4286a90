import { type AUTH_KINDS, type Era, keyName, openProfiles, openSecretStore } from '../client/index.ts';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';
import { createInput } from './shell/input.ts';
import { textFromSpans, wantsColours } from './terminal/spans.ts';
import { table } from './terminal/tables.ts';

export async function runProfilesAdd(
  name: string,
  url: string,
  { era, auth }: { era: Era; auth: (typeof AUTH_KINDS)[number] },
): Promise<number> {
  const profiles = openProfiles();
  await profiles.set(name, { url, era, auth });
  if (auth !== 'key') return EXIT.ok;
  const key = readSetting('apiKey') ?? (await askKey(name));
  const secrets = await openSecretStore();
  await secrets.set(keyName(name), key);
  console.error(`The key of ${name} is in ${secrets.place}.`);
  return EXIT.ok;
}

/** Typed unseen, or the first line of a pipe. */
async function askKey(name: string): Promise<string> {
  const input = createInput({ input: process.stdin, output: process.stderr });
  const prompt = `Key of ${name} (not shown): `;
  const key = await (input.interactive ? input.ask(prompt, { hidden: true }) : input.readLine(() => '')).finally(
    input.close,
  );
  if (key?.trim()) return key.trim();
  throw new SpendError(
    'INVALID_ARGUMENT',
    'No key was given. Type one, pipe one in, or put it in BEDROCK_SPEND_API_KEY. The profile is saved without it.',
  );
}

export async function runProfilesList({ json, color }: OutputOptions & { color?: boolean }): Promise<number> {
  const profiles = await openProfiles().list();
  if (json) console.log(JSON.stringify(profiles, null, 2));
  else {
    const rows = Object.entries(profiles).map(([name, { url, era, auth }]) => [name, url, era, auth]);
    console.log(textFromSpans(table(['profile', 'url', 'era', 'auth'], rows), wantsColours(process.stdout, color)));
  }
  return EXIT.ok;
}

export async function runProfilesRemove(name: string): Promise<number> {
  if (!(await openProfiles().delete(name)))
    throw new SpendError('INVALID_ARGUMENT', `There is no profile "${name}". "bedrock-spend profiles list" shows all.`);
  await (await openSecretStore()).delete(keyName(name));
  return EXIT.ok;
}
