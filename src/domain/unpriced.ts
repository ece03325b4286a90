/**
 * Why the cost of an invocation is not wholly known. The codes are a contract: they stand in JSON and CSV, and docs/pricing.md is
 * tested against them. `usage`: what was used is not known, so that no rate could help; `price`: a rate is missing.
 */
export const UNPRICED_REASONS = {
  billed_by_query: { lacks: 'usage', why: 'billed by query, which the log does not count' },
  billed_by_image: { lacks: 'usage', why: 'billed by image, which the log does not count' },
  billed_by_second: {
    lacks: 'usage',
    why: 'billed by the second of video or audio, which the log does not count',
  },
  billed_by_speech: {
    lacks: 'usage',
    why: 'billed by speech tokens, which the log does not tell from text',
  },
  not_read: { lacks: 'usage', why: 'more in the record than could be read' },
  no_counts: { lacks: 'usage', why: 'no token counts in the record' },
  no_input_count: { lacks: 'usage', why: 'no input token count in the record' },
  no_output_count: { lacks: 'usage', why: 'no output token count in the record' },
  no_price: { lacks: 'price', why: 'no price is known' },
  no_rate: { lacks: 'price', why: 'no rate is known for a class of tokens' },
} as const satisfies Record<string, { lacks: 'usage' | 'price'; why: string }>;

export type UnpricedReason = keyof typeof UNPRICED_REASONS;

export const UNPRICED_CODES = Object.keys(UNPRICED_REASONS) as UnpricedReason[];

/** How many invocations there are for each reason; a reason without any is left out. Together they are the unpriced invocations. */
export type UnpricedCounts = Partial<Record<UnpricedReason, number>>;

/** How many invocations lack a rate, and of how many it is not known what they used. */
export interface Lacking {
  price: number;
  usage: number;
}

export const NOTHING_LACKING: Lacking = { price: 0, usage: 0 };

/** `468 unpriced`, `2 of unknown usage`; nothing where all is known. */
export function lackingTexts({ price, usage }: Lacking): string[] {
  return [
    ...(price > 0 ? [`${price.toLocaleString('en-US')} unpriced`] : []),
    ...(usage > 0 ? [`${usage.toLocaleString('en-US')} of unknown usage`] : []),
  ];
}

/** @param all a report of an earlier version gives no reasons: then a rate was missing */
export function lackingOf(all: number, counts: UnpricedCounts = {}): Lacking {
  const { usage } = unpricedByLack(counts);
  return { price: all - usage, usage };
}

function unpricedByLack(counts: UnpricedCounts): Lacking {
  const sum = (lack: 'usage' | 'price') =>
    UNPRICED_CODES.filter((code) => UNPRICED_REASONS[code].lacks === lack).reduce(
      (total, code) => total + (counts[code] ?? 0),
      0,
    );
  return { price: sum('price'), usage: sum('usage') };
}
