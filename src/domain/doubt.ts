import type { UsageClass } from './usage-class.ts';

/**
 * Why a price may not be what AWS asks. The codes are a contract: they stand in JSON and CSV, and docs/pricing.md is tested against
 * them. Doubtful dollars are in the dollars; what has no price is not (unpriced.ts).
 */
export const DOUBTS = {
  region_not_listed: 'no price is listed for the region, so that of another one is taken',
  unknown_region: 'nobody lists a Bedrock region of that name',
  long_context: 'what long prompts cost at the time is not certain',
  promotion_ended: 'a promotional price was promised up to an earlier day',
  extended_access: 'the model is a legacy one in extended access, for which AWS may ask more',
  single_source: 'one public catalogue alone has the price',
  derived_rate: 'a rate is not listed, and derived by a rule',
  community_table: 'the price is from a community table without regions',
  modality_unknown: 'whether all of its tokens are text, or some are billed apart, is not known',
} as const satisfies Record<string, string>;

export type DoubtCode = keyof typeof DOUBTS;

export const DOUBT_CODES = Object.keys(DOUBTS) as DoubtCode[];

/** A doubt about a rate, which travels with it into every report. */
export interface Doubt {
  code: DoubtCode;
  /** What is in doubt, for the reader, in a sentence that does not name the model. */
  text: string;
  /** The classes of usage whose rates it is about; absent: all. */
  classes?: readonly UsageClass[];
  /** The region that the text names, so that the same about several regions is said once. */
  region?: string;
}

/** How many invocations each doubt is about, in the order of the table; one invocation can have several. */
export type DoubtCounts = Partial<Record<DoubtCode, number>>;

export function addDoubts(to: DoubtCounts | undefined, codes: Iterable<DoubtCode>, invocations: number): DoubtCounts {
  const added = new Set(codes);
  const sums = DOUBT_CODES.map((code) => [code, (to?.[code] ?? 0) + (added.has(code) ? invocations : 0)] as const);
  return Object.fromEntries(sums.filter(([code]) => to?.[code] !== undefined || added.has(code)));
}
