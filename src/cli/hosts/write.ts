import { stringify } from 'yaml';
import type { Host } from './host.ts';

type Write = (value: object) => string;

/** How each format is written. */
export const WRITE: Readonly<Record<Host['format'], Write>> = {
  json: (value) => JSON.stringify(value, null, 2),
  yaml: (value) => stringify(value, { lineWidth: 0 }).trimEnd(),
  toml: (value) => tables(value, []).join('\n\n'),
};

/** A table for each object that holds plain values; JSON's strings and arrays of strings are TOML's, too. */
function tables(value: object, path: readonly string[]): string[] {
  const entries = Object.entries(value);
  const plain = entries.filter(([, inner]) => !isTable(inner));
  const lines = plain.map(([key, inner]) => `${tomlKey(key)} = ${JSON.stringify(inner)}`);
  const own = lines.length > 0 ? [[`[${path.map(tomlKey).join('.')}]`, ...lines].join('\n')] : [];
  return [
    ...own,
    ...entries.filter(([, inner]) => isTable(inner)).flatMap(([key, inner]) => tables(inner, [...path, key])),
  ];
}

const isTable = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const tomlKey = (key: string) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key));
