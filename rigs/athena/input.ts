import { invalidRequest, ServiceError } from './service-error.ts';

export type Input = Record<string, unknown>;

/** @throws ServiceError in the words of AWS's own reader of requests */
export function textOf(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string')
    throw new ServiceError('SerializationException', `${jsonType(value)} can not be converted to a String`);
  return value;
}

/** @throws ServiceError */
export function requiredText(input: Input, name: string): string {
  const value = textOf(input, name);
  if (value === undefined) throw constraint(name, 'not be null', ' null');
  return value;
}

export function integerOf(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number')
    throw new ServiceError('SerializationException', `${jsonType(value)} can not be converted to an Integer`);
  return Math.trunc(value);
}

export function structureOf(input: Input, name: string): Input {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ServiceError('SerializationException', 'Expected null');
  return value as Input;
}

/** In the words of AWS's validation; the name starts with a small letter. */
export function constraint(name: string, must: string, value = ''): ServiceError {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return invalidRequest(
    `1 validation error detected: Value${value} at '${member}' failed to satisfy constraint: Member must ${must}`,
  );
}

function jsonType(value: unknown): string {
  return typeof value === 'boolean' ? `${value ? 'TRUE' : 'FALSE'}_VALUE` : `${typeof value}_VALUE`.toUpperCase();
}
