/** What is assumed where a question does not say otherwise. */

/** Of prompts that are not cached, the part that could be. */
export const USUAL_CACHE_SHARE = 0.8;

/** Tokens from which a prompt is oversized, for answers of at most so many. */
export const USUAL_SIZES = { promptAtLeast: 20_000, outputAtMost: 50 } as const;
