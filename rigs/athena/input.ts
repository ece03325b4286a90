import { type Input, violation } from '../aws/input.ts';
import { ServiceError } from '../aws/service-error.ts';
import { invalidRequest } from './service-error.ts';

export type { Input };

/** @throws ServiceError in the words of AWS's own reader of requests */
export function textOf(input: Input, name: string): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new ServiceError('SerializationException', `${jsonType(value)} can not be converted to a String`);
}

/** @throws ServiceError */
export function requiredText(input: Input, name: string): string {
  const value = textOf(input, name);
  if (value === undefined) throw constraint(name, 'not be null', ' null');
  return value;
}

export function integerOf(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'number') return Math.trunc(value);
  throw new ServiceError('SerializationException', `${jsonType(value)} can not be converted to an Integer`);
}

export function structureOf(input: Input, name: string): Input {
  const value = input[name] ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Input;
  throw new ServiceError('SerializationException', 'Expected null');
}

/** The name starts with a small letter. */
export function constraint(name: string, must: string, shown = ''): ServiceError {
  return invalidRequest(violation(name.charAt(0).toLowerCase() + name.slice(1), must, shown));
}

function jsonType(value: unknown): string {
  return typeof value === 'boolean' ? `${value ? 'TRUE' : 'FALSE'}_VALUE` : `${typeof value}_VALUE`.toUpperCase();
}
