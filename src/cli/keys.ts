import { join } from 'node:path';
import envPaths from 'env-paths';
import { changeKeys, readKeys } from '../authentication/key-file.ts';
import { hasExpired, type KeyRecord, makeKey } from '../authentication/keys.ts';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { EXIT } from './exit.ts';

interface KeyOptions {
  /** The file. */
  keys?: string;
  json?: boolean;
}

/** Where keys are, unless a file is named. */
export const KEY_FILE = join(envPaths('bedrock-spend', { suffix: '' }).config, 'keys.json');

const fileOf = ({ keys }: KeyOptions) => readSetting('keys', keys) ?? KEY_FILE;

/** Makes a key and prints it, once: alone on stdout, so that a script can take it. */
export async function runCreateKey(
  name: string,
  options: KeyOptions & { expires?: number; rate?: number },
): Promise<number> {
  const now = Date.now();
  const expiresAt = options.expires === undefined ? undefined : new Date(now + options.expires).toISOString();
  const { key, record } = makeKey({ name, expiresAt, ratePerMinute: options.rate }, now);
  const file = fileOf(options);
  await changeKeys(file, (keys) => {
    if (keys.some((other) => other.name === name))
      throw new SpendError('INVALID_ARGUMENT', `There is a key named ${name}. Revoke it first, or take another name.`);
    return [...keys, record];
  });
  console.log(options.json ? JSON.stringify({ key, ...withoutHash(record, now) }, null, 2) : key);
  console.error(`The key of ${name} is kept as a hash in ${file}: this is the only time it is shown.`);
  return EXIT.ok;
}

/** Prints what is known of the keys, which is not the keys. */
export async function runListKeys(options: KeyOptions): Promise<number> {
  const file = fileOf(options);
  const rows = (await readKeys(file)).map((record) => withoutHash(record, Date.now()));
  if (options.json) console.log(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) console.error(`${file} has no keys. Make one: bedrock-spend keys create NAME`);
  else printTable(rows);
  return EXIT.ok;
}

/** Ends a key, by its name or id. Running servers refuse it from their next request on. */
export async function runRevokeKey(nameOrId: string, options: KeyOptions): Promise<number> {
  const file = fileOf(options);
  await changeKeys(file, (keys) => {
    const left = keys.filter(({ id, name }) => id !== nameOrId && name !== nameOrId);
    if (left.length < keys.length) return left;
    throw new SpendError('INVALID_ARGUMENT', `${file} has no key ${nameOrId}. "bedrock-spend keys list" shows them.`);
  });
  console.error(`${nameOrId} is revoked.`);
  return EXIT.ok;
}

function withoutHash(record: KeyRecord, now: number) {
  const { hash: _, ...rest } = record;
  return { ...rest, expired: hasExpired(record, now) };
}

function printTable(rows: readonly ReturnType<typeof withoutHash>[]): void {
  const cells = rows.map(({ id, name, createdAt, expiresAt, expired, ratePerMinute }) => [
    name,
    id,
    createdAt.slice(0, 10),
    expiresAt === undefined ? 'never' : `${expiresAt.slice(0, 10)}${expired ? ' (expired)' : ''}`,
    ratePerMinute === undefined ? '' : `${ratePerMinute}/min`,
  ]);
  const table = [['name', 'id', 'created', 'expires', 'rate'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] as string).length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
