import { SpendError } from '../domain/errors.ts';
import { printableLine } from '../domain/printable.ts';

/** A source that is no path, taken apart: `SCHEME:PATH?NAME=VALUE[,VALUE]&…`. */
export interface SourceText {
  path: string;
  /** The path's parts between commas. */
  names: string[];
  /** Values of a parameter, or none. */
  list(name: string): string[];
  /** The one value of a parameter. */
  one(name: string): string | undefined;
}

/** Also those of other partitions: us-gov-west-1, us-isob-east-1, eusc-de-east-1. */
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/**
 * Takes a source apart.
 * @param parameters the names that may stand behind the question mark
 * @param usage how such a source is written, for the error
 * @throws SpendError INVALID_SETTING
 */
export function sourceTextFrom(text: string, parameters: readonly string[], usage: string): SourceText {
  const [, path = '', query = ''] = /^[a-z0-9]+:([^?]*)(?:\?(.*))?$/i.exec(text) ?? [];
  const given = new URLSearchParams(query);
  const unknown = [...given.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined) throw wrongSource(text, `there is no parameter "${unknown}"`, usage);
  const list = (name: string) => listFrom(given, name);
  const noRegion = list('region').find((name) => !REGION.test(name));
  if (noRegion !== undefined)
    throw wrongSource(text, `"${noRegion}" is no AWS region, which is written like us-east-1`, usage);
  // Cut before it is decoded: a comma that is written %2C is part of a name.
  const decoded = (part: string) => decodedPart(part, text, usage);
  const names = path.split(',').map((part) => decoded(part).trim());
  return { path: decoded(path), names: names.filter(Boolean), list, one: (name) => list(name)[0] };
}

function decodedPart(part: string, text: string, usage: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrongSource(text, 'a % must be followed by two hex digits; % itself is written %25', usage);
  }
}

export function wrongSource(text: string, wrong: string, usage: string): SpendError {
  return new SpendError('INVALID_SETTING', printableLine(`${text}: ${wrong}. Write ${usage}.`));
}

/** The regions and roles that a source names; undefined for files on this machine. */
export function awsTargetsOfSource(text: string): { regions: string[]; roles: string[] } | undefined {
  if (!/^([a-z0-9]{2,}:|auto$)/i.test(text)) return undefined;
  const given = new URLSearchParams(text.split('?')[1] ?? '');
  return { regions: listFrom(given, 'region'), roles: listFrom(given, 'role') };
}

function listFrom(given: URLSearchParams, name: string): string[] {
  return given
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((part) => part.trim())
    .filter(Boolean);
}
