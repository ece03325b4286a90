import { invalidParameter } from './service-error.ts';

export type Input = Record<string, unknown>;

export function textOf(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidParameter(`${name} must be a string`);
  return value;
}

export function textsOf(input: Input, name: string, most: number): string[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
    throw invalidParameter(`${name} must be a list of strings`);
  if (value.length > most) throw constraint(name, value, `have length less than or equal to ${most}`);
  return value;
}

export function integerOf(input: Input, name: string, range?: { least: number; most: number }): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalidParameter(`${name} must be an integer`);
  if (range && value < range.least) throw constraint(name, value, `have value greater than or equal to ${range.least}`);
  if (range && value > range.most) throw constraint(name, value, `have value less than or equal to ${range.most}`);
  return value;
}

export function flagOf(input: Input, name: string): boolean {
  return input[name] === true;
}

/** In the words of AWS's validation. */
export function constraint(name: string, value: unknown, must: string): Error {
  const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return invalidParameter(
    `1 validation error detected: Value '${shown}' at '${name}' failed to satisfy constraint: Member must ${must}`,
  );
}
