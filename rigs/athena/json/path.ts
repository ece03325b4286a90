/**
 * The paths of json_extract: `$.a.b`, `$["a b"][0]`. Trino reads these itself, and leaves others (`..`, `*`, filters)
 * to a library that this double does not have. https://trino.io/docs/current/functions/json.html
 */
import { notImitated, QueryError } from '../query-error.ts';
import { type Json, JsonError, readJson } from './reader.ts';

type Step = string | number;

const STEP = /\.([A-Za-z_][\w-]*|\d+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]|\.(?=\[)/y;

const parsed = new Map<string, readonly Step[]>();

/** @throws QueryError */
function readPath(path: string): readonly Step[] {
  const known = parsed.get(path);
  if (known) return known;
  if (!path.startsWith('$')) throw new QueryError('INVALID_FUNCTION_ARGUMENT', `Invalid JSON path: '${path}'`);
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (!found) throw notImitated(`the JSON path '${path}'`);
    const [, name, index, quoted, single] = found;
    if (index !== undefined) steps.push(Number(index));
    else if (name !== undefined || quoted !== undefined || single !== undefined)
      steps.push(name ?? (quoted ?? single ?? '').replace(/\\(.)/g, '$1'));
  }
  parsed.set(path, steps);
  return steps;
}

/** What is at the path; undefined where nothing is, and in a text that is no JSON. */
export function atPath(text: string, path: string): Json | undefined {
  const steps = readPath(path);
  let json = parseOrNothing(text);
  for (const step of steps) json = json && stepInto(json, step);
  return json;
}

/** Texts that were parsed lately; null of those that are no JSON. A query looks for one path after another in each. */
const recent = new Map<string, Json | null>();
let recentCharacters = 0;
const MOST_RECENT_CHARACTERS = 2_000_000;

export function parseOrNothing(text: string): Json | undefined {
  const known = recent.get(text);
  if (known !== undefined) return known ?? undefined;
  if (recentCharacters > MOST_RECENT_CHARACTERS) {
    recent.clear();
    recentCharacters = 0;
  }
  const json = parse(text);
  recent.set(text, json ?? null);
  recentCharacters += text.length;
  return json;
}

function parse(text: string): Json | undefined {
  try {
    return readJson(text, 'nothing');
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function stepInto(json: Json, step: Step): Json | undefined {
  if (json.kind === 'array') return json.items[Number(step)];
  if (json.kind === 'object') return json.entries.find(([key]) => key === String(step))?.[1];
  return undefined;
}
