/** `app.toml`: what an app needs of a deployment. Only what a local Lambda goes by is read here. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { ToldError } from '../told-error.ts';

export interface App {
  name: string;
  /** The module that exports `handler`. */
  entry: string;
  memoryMb: number;
  /** An image has its packages beside the bundle; of a zip, the bundle is all. */
  package: 'zip' | 'image';
  environment: Record<string, string>;
  /** The module of a Lambda authorizer. */
  authorizer?: string;
}

export const APP_FILE = 'app.toml';

/** All that there is, as deploy/deployer/app.py has it: what a local Lambda does not go by may be there, too. */
export const KNOWN_KEYS = [
  ...['authorizer', 'entry', 'environment', 'image', 'memory_mb', 'name', 'package', 'parameters', 'permissions'],
  ...['plugin', 'smoke_test', 'template'],
];

/**
 * @param values of parameters, in the place of their defaults
 * @returns undefined where there is no app.toml @throws ToldError
 */
export function readApp(folder: string, values: Readonly<Record<string, string>> = {}): App | undefined {
  const file = join(folder, APP_FILE);
  if (!existsSync(file)) {
    const [name] = Object.keys(values);
    if (name !== undefined) throw new ToldError(`There is no ${APP_FILE} here that has the parameter ${name}.`);
    return undefined;
  }
  const given = parsed(file);
  const unknown = Object.keys(given).find((key) => !KNOWN_KEYS.includes(key));
  if (unknown !== undefined) throw new ToldError(`${file}: there is no ${unknown}; it knows ${KNOWN_KEYS.join(', ')}.`);
  const { name, entry, authorizer, memory_mb = 1024, package: kind = 'zip', environment = {}, parameters = {} } = given;
  if (typeof name !== 'string' || typeof entry !== 'string')
    throw new ToldError(`${file}: name and entry must be there, and texts.`);
  if (kind !== 'zip' && kind !== 'image') throw new ToldError(`${file}: package is "zip" or "image".`);
  if (typeof memory_mb !== 'number') throw new ToldError(`${file}: memory_mb is a number.`);
  return {
    name,
    entry: moduleOf(file, 'entry', entry),
    memoryMb: memory_mb,
    package: kind,
    ...(authorizer !== undefined && { authorizer: moduleOf(file, 'authorizer', authorizer) }),
    environment: {
      ...texts(file, table(file, 'environment', environment)),
      ...fromParameters(file, table(file, 'parameters', parameters), values),
    },
  };
}

function parsed(file: string): Record<string, unknown> {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what = ''] = error.message.replace('Invalid TOML document: ', '').split('\n');
    throw new ToldError(`${file}:${error.line}:${error.column}: ${what}`);
  }
}

function moduleOf(file: string, key: string, named: unknown): string {
  const place = resolve(dirname(file), String(named));
  if (statSync(place, { throwIfNoEntry: false })?.isFile()) return place;
  throw new ToldError(`${file}: ${key} names a file; there is none at ${relative('.', place)}.`);
}

function table(file: string, key: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ToldError(`${file}: ${key} is a table: [${key}], and below it name = value.`);
}

function fromParameters(
  file: string,
  parameters: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const unknown = Object.keys(values).find((name) => !(name in parameters));
  if (unknown !== undefined) throw new ToldError(`${file} has no parameter ${unknown}.`);
  const pairs = Object.entries(parameters).flatMap(([name, given]) => {
    const { default: fallback, environment } = table(file, `parameters.${name}`, given);
    const value = values[name] ?? fallback;
    if (value === undefined)
      throw new ToldError(`The parameter ${name} has no default: give it with --parameter ${name}=…`);
    return typeof environment === 'string' ? [[environment, value] as const] : [];
  });
  return texts(file, Object.fromEntries(pairs));
}

function texts(file: string, values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value === 'object') throw new ToldError(`${file}: ${name} is a text, a number or a boolean.`);
      return [name, String(value)];
    }),
  );
}
