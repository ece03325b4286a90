import { modelFinder } from '../model-key.ts';
import type { PriceSource } from '../rate.ts';

/**
 * First UTC day of "public extended access", the last months of a legacy model, in which "you should expect higher pricing, which will
 * be set by the model provider" (https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html, as read on
 * 2026-08-19; Claude 3.5 Sonnet from https://aws.amazon.com/bedrock/pricing/, 3.7 Sonnet three months after it became legacy).
 * `asked`: USD per million tokens that the price page names for it, where AWS's price list has none.
 */
const EXTENDED_ACCESS: Readonly<Record<string, { from: string; asked?: string }>> = {
  'anthropic.claude-3-5-sonnet': {
    from: '2025-12-01',
    asked: '6 in, 30 out, 0.6 for cache reads and 7.5 for cache writes in some regions',
  },
  'anthropic.claude-3-7-sonnet': { from: '2026-01-28' },
  'cohere.command-r-v1': { from: '2026-05-19' },
  'cohere.command-r-plus-v1': { from: '2026-05-19' },
  'anthropic.claude-3-haiku': { from: '2026-06-10' },
  'anthropic.claude-sonnet-4': { from: '2026-07-14' },
  'ai21.jamba-1-5-large-v1': { from: '2026-08-26' },
  'ai21.jamba-1-5-mini-v1': { from: '2026-08-26' },
  'anthropic.claude-opus-4-1': { from: '2026-10-08' },
};

type Access = (typeof EXTENDED_ACCESS)[string] & { start: number };

const accesses = new Map<string, Access>(
  Object.entries(EXTENDED_ACCESS).map(([model, access]) => [
    model,
    { ...access, start: Date.parse(`${access.from}T00:00:00Z`) },
  ]),
);

const accessOf = modelFinder(accesses);

/** The source's rates, with a doubt where a model is in extended access, for which no list has a price of its own. */
export function withExtendedAccess(source: PriceSource): PriceSource {
  return {
    ...source,
    changes: [...source.changes, ...[...accesses.values()].map(({ start }) => start)],
    rate(key) {
      const rate = source.rate(key);
      const access = accessOf(key.model);
      if (rate === undefined || access === undefined || access.start > key.ratesFrom) return rate;
      return { ...rate, doubts: [...rate.doubts, { code: 'extended_access', text: textOf(access) }] };
    },
  };
}

function textOf({ from, asked }: Access): string {
  const page = asked === undefined ? '' : `; its price page says ${asked}`;
  return `The model is in public extended access since ${from}, for which AWS announced higher prices; these are those of its price list${page}.`;
}
