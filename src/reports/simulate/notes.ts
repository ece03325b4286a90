import { each, type Steps } from '../../domain/steps.ts';
import { billableOf, type UsageRow } from '../../domain/usage.ts';
import type { Assumptions } from './assumptions.ts';
import type { Outcome, Staying } from './tally.ts';

/** More models than this are counted, not listed. */
const LISTED = 5;

/** Everything that was assumed, and what the simulation leaves alone. */
export function* assumptionNotes(assumptions: readonly Assumptions[], outcomes: readonly Outcome[]): Steps<string[]> {
  const some = (test: (one: Assumptions) => boolean) => assumptions.some(test);
  return [
    ...(some(({ model }) => model !== undefined) ? [QUALITY_NOTE, TOKENIZER_NOTE] : []),
    ...[...new Set(assumptions.flatMap(factorNotes))],
    ...(some(({ tier }) => tier === 'batch') ? [BATCH_NOTE] : []),
    ...(some(({ tier }) => tier === 'flex' || tier === 'priority') ? [TIER_NOTE] : []),
    ...(some(({ scope }) => scope !== undefined) ? [ROUTING_NOTE] : []),
    ...[...new Set(assumptions.flatMap(cacheNotes))],
    ...(yield* outcomeNotes(outcomes)),
  ];
}

const QUALITY_NOTE =
  'Only money is compared: whether the other model answers as well, or in as many tokens, and whether every prompt fits into its context window, is not judged.';
const TOKENIZER_NOTE =
  'Token counts are taken as they are. Tokenizers differ between model families, so the same text can be more or fewer tokens elsewhere; input_token_factor and output_token_factor allow for it.';
/** https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference.html */
const BATCH_NOTE =
  'Batch inference has no prompt caching, so cached tokens count as plain input; its answers come within 24 hours, and not every model and region has it.';
/** https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html */
const TIER_NOTE =
  'The flex and priority tiers exist for few models, Claude not among them; flex can be slower, and be refused at busy times.';
const ROUTING_NOTE =
  'Routing decides where a request may be processed, in the region, its geography or anywhere, which rules on data may restrict; not every model has every routing.';

function factorNotes({ inputFactor, outputFactor }: Assumptions): string[] {
  if (inputFactor.eq(1) && outputFactor.eq(1)) return [];
  return [
    `Assumed: ${inputFactor.toFixed()} times the prompt tokens and ${outputFactor.toFixed()} times the answer tokens. Prices for large prompts still go by the prompts' size of today.`,
  ];
}

function cacheNotes({ cacheShare, hitRate, hitRateOfAll }: Assumptions): string[] {
  if (cacheShare.eq(0) && !hitRateOfAll) return [];
  const percent = (part: typeof cacheShare) => `${part.times(100).toFixed()} %`;
  const added = cacheShare.gt(0)
    ? `${percent(cacheShare)} of the prompt tokens that are not cached become a cached prefix; `
    : '';
  const whole = hitRateOfAll ? 'of the whole cached prefix, that of today included,' : 'of that prefix';
  return [
    `Assumed: ${added}${percent(hitRate)} ${whole} is read from the cache and the rest written to it for 5 minutes. Whether prompts begin alike often enough is not checked, nor that a prefix must have a least size (1,024 tokens or more on most models).`,
  ];
}

function* outcomeNotes(outcomes: readonly Outcome[]): Steps<string[]> {
  const rateNotes = new Set<string>();
  const calls = new Map<Staying | 'today', Calls>();
  let uncached = 0;
  yield* each(outcomes, ({ row, staying, pricedToday, uncached: isUncached, rateNotes: notes }) => {
    if (staying !== undefined) return addCalls(calls, staying, row);
    if (pricedToday) addCalls(calls, 'today', row);
    if (isUncached) uncached += row.invocations;
    for (const note of notes) rateNotes.add(note);
  });
  const today = namesOf(calls.get('today'));
  return [
    ...(today ? [`Priced as of today, because they had no price at the time: calls of ${today}.`] : []),
    ...(uncached > 0
      ? [
          `Of ${uncached.toLocaleString('en-US')} calls, cached tokens count as plain input (or one-hour writes as five-minute ones), because no price for them is known there.`,
        ]
      : []),
    ...stayingNotes(calls),
    ...[...rateNotes].sort(),
  ];
}

const WHY: Readonly<Record<Exclude<Staying, 'unpriced'>, string>> = {
  'paid apart': 'they are not paid per token',
  embedding: 'embedding models and others cannot stand in for each other',
  'no price': 'no price is known for them so',
};

function stayingNotes(calls: ReadonlyMap<string, Calls>): string[] {
  return Object.entries(WHY).flatMap(([staying, why]) => {
    const names = namesOf(calls.get(staying));
    return names ? [`Left as they are, because ${why}: calls of ${names}.`] : [];
  });
}

/** By model. */
type Calls = Map<string, number>;

function addCalls<Kind>(calls: Map<Kind, Calls>, kind: Kind, row: UsageRow): void {
  if (billableOf(row) === 0) return;
  const models = calls.get(kind) ?? new Map<string, number>();
  calls.set(kind, models);
  models.set(row.priceKey.model, (models.get(row.priceKey.model) ?? 0) + row.invocations);
}

/** Models with their calls, most first. */
function namesOf(calls: Calls = new Map()): string {
  const sorted = [...calls].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const listed = sorted.slice(0, LISTED).map(([model, count]) => `${model} (${count.toLocaleString('en-US')})`);
  return listed.join(', ') + (sorted.length > LISTED ? ` and ${sorted.length - LISTED} more models` : '');
}
