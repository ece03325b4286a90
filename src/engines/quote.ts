import { textFromUsd, usdFromText, ZERO_USD } from '../domain/money.ts';

/** What answering would take, found out without reading any log. */
export interface Quote {
  /** That would be read. */
  bytes: number;
  /** What AWS would charge for it, a plain decimal; undefined where that is not known. */
  usd?: string | undefined;
  /** About how long it would take; undefined where nothing tells. */
  seconds?: number | undefined;
  /** What the figures rest on, in words for the reader. */
  notes: string[];
}

/** What several scans take together. */
export function sumOfQuotes(parts: readonly Quote[], when: 'at once' | 'one after another'): Quote {
  const known = parts.flatMap(({ usd }) => (usd === undefined ? [] : [usdFromText(usd)]));
  const seconds = parts.flatMap((part) => part.seconds ?? []);
  const whole = when === 'at once' ? Math.max(0, ...seconds) : seconds.reduce((a, b) => a + b, 0);
  return {
    bytes: parts.reduce((total, { bytes }) => total + bytes, 0),
    usd: known.length < parts.length ? undefined : textFromUsd(known.reduce((a, b) => a.plus(b), ZERO_USD)),
    seconds: seconds.length < parts.length ? undefined : whole,
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}

/** About how long reading so much takes, by the scans so far: AWS states no speed. */
export function secondsByScans(
  bytes: number,
  scans: readonly { bytes: number; seconds: number }[],
): number | undefined {
  const read = scans.reduce((sum, scan) => sum + scan.bytes, 0);
  const seconds = scans.reduce((sum, scan) => sum + scan.seconds, 0);
  return seconds > 0 && read > 0 ? Math.ceil((bytes * seconds) / read) : undefined;
}

/** How long a count is good for: as long as the scans of one question take to be quoted. */
const COUNT_FRESH_MS = 60_000;
const MOST_COUNTS = 8;

/** Counts of bytes, by what was counted: each takes calls, and a bounded question has the same quoted before each of its scans. */
export function createByteCounts(now = Date.now) {
  const counts = new Map<string, { bytes: number; at: number }>();
  return async (what: string, count: () => Promise<number>): Promise<number> => {
    const known = counts.get(what);
    if (known && now() - known.at < COUNT_FRESH_MS) return known.bytes;
    const bytes = await count();
    counts.delete(what);
    counts.set(what, { bytes, at: now() });
    for (const oldest of [...counts.keys()].slice(0, -MOST_COUNTS)) counts.delete(oldest);
    return bytes;
  };
}
