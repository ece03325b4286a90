import { SpendError } from '../domain/errors.ts';

/** A variable of an address as it was meant. @throws SpendError INVALID_ARGUMENT */
export function decodedVariable(variable: string | string[]): string {
  try {
    return decodeURIComponent(String(variable));
  } catch {
    throw new SpendError(
      'INVALID_ARGUMENT',
      'The address of the resource has a % without two hex digits; % itself is %25.',
    );
  }
}
