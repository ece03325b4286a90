/** Tokens hold an offset, and are opaque as AWS's are. */

export interface Page<T> {
  items: T[];
  /** Those of later pages. */
  left: T[];
  nextToken: string | undefined;
}

/** The page that a token asks for; the first without one. @param refusal of a token that is not ours */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  refusal: (token: string) => Error,
): Page<T> {
  const start = offsetOf(token, refusal);
  const end = start + size;
  return {
    items: items.slice(start, end),
    left: items.slice(end),
    nextToken: end < items.length ? tokenFor(end) : undefined,
  };
}

export function tokenFor(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64');
}

export function offsetOf(token: string | undefined, refusal: (token: string) => Error): number {
  if (token === undefined) return 0;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (offset === undefined) throw refusal(token);
  return Number(offset);
}
