import { textFromUsd, type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import { each, grouped, mapped, pace, SHORT_STRETCH, type Steps } from '../../domain/steps.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { isEmbedding } from '../../prices/models/kinds.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { pricedRow, unpricedInvocations } from '../pricing.ts';
import { assumptionsFrom } from '../simulate/assumptions.ts';
import { outcomesOf, tally } from '../simulate/tally.ts';
import type { Finding, WasteKind } from './schema.ts';
import { type Group, isStorm, stormsBetween, sums } from './storms.ts';

const ADVICE: Readonly<Record<WasteKind, string>> = {
  failed: 'see what the error says; a call that is refused again needs mending, not repeating',
  truncated: 'raise max_tokens, or ask for a shorter answer',
  'retry storm': 'back off exponentially with jitter, and cap the attempts',
  'oversized input': 'send less, cache it, or take a smaller model for such short answers',
  'dearer routing': 'use the global. profile, where data may leave its geography',
};

/** What sums by hour, caller, model, status and stop reason show. */
export function* findingsFromRows(rows: readonly UsageRow[], prices: PriceBook, now: number): Steps<Finding[]> {
  const failed = rows.filter(({ key }) => key.status !== 'ok');
  const truncated = rows.filter(({ key }) => key.stop_reason === 'max_tokens');
  const hours = yield* groupsOf(rows, ({ key }) => key.hour as string);
  const storms = (yield* mapped(hours, (group) => (isStorm(sums(group.rows)) ? [group] : []))).flat();
  const findings: Finding[][] = [
    yield* costing('failed', yield* groupsOf(failed, ({ key }) => key.status as string), prices),
    yield* costing('truncated', yield* groupsOf(truncated, () => ''), prices),
    yield* costing('retry storm', storms, prices),
    yield* routed(yield* groupsOf(rows, () => ''), prices, now),
  ];
  return findings.flat();
}

/** Storms over the turn of an hour, of cells of five minutes. */
export function* stormsOverHours(
  cells: readonly UsageRow[],
  hours: readonly UsageRow[],
  prices: PriceBook,
): Steps<Finding[]> {
  return yield* costing('retry storm', yield* stormsBetween(cells, hours), prices);
}

/** Large prompts for tiny answers, of rows of such requests alone. An embedding has no answer to be large. */
export function* oversized(rows: readonly UsageRow[], prices: PriceBook): Steps<Finding[]> {
  const answered = rows.filter(({ priceKey }) => !isEmbedding(priceKey.model));
  return yield* costing('oversized input', yield* groupsOf(answered, () => ''), prices);
}

// --- internal ---

function* groupsOf(rows: readonly UsageRow[], detailOf: (row: UsageRow) => string): Steps<Group[]> {
  const groups = yield* grouped(rows, (row) => JSON.stringify([row.key.principal, row.key.model, detailOf(row)]));
  return yield* mapped(groups.values(), (group) => ({ detail: detailOf(group[0] as UsageRow), rows: group }));
}

function* costing(kind: WasteKind, groups: readonly Group[], prices: PriceBook): Steps<Finding[]> {
  const findings: Finding[] = [];
  const due = pace();
  for (const group of groups) {
    let [usd, unpriced] = [ZERO_USD, 0];
    const add = (row: UsageRow) => {
      const money = pricedRow(row, prices);
      usd = usd.plus(money.cost);
      unpriced += unpricedInvocations(row, money);
    };
    yield* each(group.rows, add, due);
    findings.push(findingOf(kind, group, usd, unpriced));
  }
  return findings;
}

/** What the same tokens would have cost less by global routing. */
function* routed(groups: readonly Group[], prices: PriceBook, now: number): Steps<Finding[]> {
  const findings: Finding[] = [];
  const global = assumptionsFrom({ routing: 'global' });
  const due = pace(SHORT_STRETCH);
  for (const { detail, rows } of groups) {
    const outcomes = yield* outcomesOf(rows, global, { prices, now }, due);
    const dearer = outcomes.filter(({ before, after }) => after.lt(before));
    if (dearer.length === 0) continue;
    const group = { detail, rows: dearer.map(({ row }) => row) };
    findings.push(findingOf('dearer routing', group, usdFromText((yield* tally(dearer, due)).saving_usd), 0));
  }
  return findings;
}

function findingOf(kind: WasteKind, { detail, rows }: Group, usd: Usd, unpriced: number): Finding {
  const { principal = '', model = '' } = rows[0]?.key ?? {};
  return {
    ...{ kind, principal, model, detail, ...sums(rows) },
    unpriced_invocations: unpriced,
    usd: textFromUsd(usd),
    advice: ADVICE[kind],
  };
}
