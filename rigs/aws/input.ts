/** The members of a request. */
export type Input = Record<string, unknown>;

/**
 * In the words of AWS's validation.
 * @param shown the value with a space before it, or nothing
 */
export function violation(member: string, must: string, shown = ''): string {
  return `1 validation error detected: Value${shown} at '${member}' failed to satisfy constraint: Member must ${must}`;
}
