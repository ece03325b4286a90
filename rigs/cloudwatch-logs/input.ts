import { type Input, violation } from '../aws/input.ts';
import { invalidParameter } from './service-error.ts';

export type { Input };

/** That texts are texts is the model's to say (../aws/model.ts). */
export function textOf(input: Input, name: string): string | undefined {
  return (input[name] ?? undefined) as string | undefined;
}

export function textsOf(input: Input, name: string, most: number): string[] | undefined {
  const value = (input[name] ?? undefined) as string[] | undefined;
  if (value && value.length > most) throw constraint(name, value, `have length less than or equal to ${most}`);
  return value;
}

export function integerOf(input: Input, name: string, range?: { least: number; most: number }): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalidParameter(`${name} must be an integer`);
  if (range && value < range.least) throw constraint(name, value, `have value greater than or equal to ${range.least}`);
  if (range && value > range.most) throw constraint(name, value, `have value less than or equal to ${range.most}`);
  return value;
}

function constraint(name: string, value: unknown, must: string): Error {
  const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return invalidParameter(violation(name, must, ` '${shown}'`));
}
