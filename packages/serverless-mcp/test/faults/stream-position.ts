/** Ids of events, as this server writes them. */
export function positionsIn(chunk: Buffer): string[] {
  return [...chunk.toString().matchAll(/^id: (.+)$/gm)].map(([, id]) => id as string);
}

/** Undefined for a position in a stream that is no call's. */
export function callIdFromPosition(position: string): string | undefined {
  return /^c~([0-9a-f-]{36})~/.exec(position)?.[1];
}
