import { Buffer } from 'node:buffer';
import { invalidParameter } from './service-error.ts';

export interface Page<T> {
  items: T[];
  nextToken: string | undefined;
}

/** The page that a token asks for: tokens hold an offset, and are opaque as AWS's are. */
export function pageOf<T>(items: readonly T[], token: string | undefined, size: number): Page<T> {
  const start = offsetOf(token);
  const end = start + size;
  return { items: items.slice(start, end), nextToken: end < items.length ? tokenFor(end) : undefined };
}

export function tokenFor(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64');
}

export function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (offset === undefined) throw invalidParameter('The specified nextToken is invalid.');
  return Number(offset);
}
