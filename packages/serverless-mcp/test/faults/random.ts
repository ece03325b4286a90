/** mulberry32: the same choices for the same seed, on every machine. */
export interface Random {
  /** From 0 to 1. */
  next(): number;
  /** A whole number, both bounds included. */
  between(from: number, to: number): number;
  pick<T>(from: readonly T[]): T | undefined;
  /** Choices of their own, so that the order in which others choose changes nothing here. */
  fork(): Random;
}

export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    pick: (from) => from[between(0, from.length - 1)],
    fork: () => createRandom(between(0, 2 ** 31)),
  };
}
