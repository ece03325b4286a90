import { textFromUsd, type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { isEmbedding } from '../../prices/model-kinds.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { pricedRow, unpricedInvocations } from '../pricing.ts';
import { assumptionsFrom } from '../simulate/assumptions.ts';
import { outcomeOf, tally } from '../simulate/tally.ts';
import type { Finding, WasteKind } from './schema.ts';

/** An hour with so many errors of one caller on one model, and at least half of its calls failed, is a storm. */
export const STORM_ERRORS = 20;

const ADVICE: Readonly<Record<WasteKind, string>> = {
  failed: 'see what the error says; a call that is refused again needs mending, not repeating',
  truncated: 'raise max_tokens, or ask for a shorter answer',
  'retry storm': 'back off exponentially with jitter, and cap the attempts',
  'oversized input': 'send less, cache it, or take a smaller model for such short answers',
  'dearer routing': 'use the global. profile, where data may leave its geography',
};

/** What sums by hour, caller, model, status and stop reason show. */
export function findingsFromRows(rows: readonly UsageRow[], prices: PriceBook, now: number): Finding[] {
  const failed = rows.filter(({ key }) => key.status !== 'ok');
  const truncated = rows.filter(({ key }) => key.stop_reason === 'max_tokens');
  const storms = groupsOf(rows, ({ key }) => key.hour as string).filter(isStorm);
  return [
    ...groupsOf(failed, ({ key }) => key.status as string).map((group) => costing('failed', group, prices)),
    ...groupsOf(truncated, () => '').map((group) => costing('truncated', group, prices)),
    ...storms.map((group) => costing('retry storm', group, prices)),
    ...groupsOf(rows, () => '').flatMap((group) => routed(group, prices, now)),
  ];
}

/** Large prompts for tiny answers, of rows of such requests alone. An embedding has no answer to be large. */
export function oversized(rows: readonly UsageRow[], prices: PriceBook): Finding[] {
  const answered = rows.filter(({ priceKey }) => !isEmbedding(priceKey.model));
  return groupsOf(answered, () => '').map((group) => costing('oversized input', group, prices));
}

// --- internal ---

interface Group {
  detail: string;
  rows: UsageRow[];
}

function groupsOf(rows: readonly UsageRow[], detailOf: (row: UsageRow) => string): Group[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.key.principal, row.key.model, detailOf(row)]));
  return [...groups.values()].map((group) => ({ detail: detailOf(group[0] as UsageRow), rows: group }));
}

function isStorm({ rows }: Group): boolean {
  const { invocations, errors } = sums(rows);
  return errors >= STORM_ERRORS && 2 * errors >= invocations;
}

function costing(kind: WasteKind, group: Group, prices: PriceBook): Finding {
  const costs = group.rows.map((row) => ({ row, money: pricedRow(row, prices) }));
  const usd = costs.reduce((sum, { money }) => sum.plus(money.cost), ZERO_USD);
  const unpriced = costs.reduce((sum, { row, money }) => sum + unpricedInvocations(row, money), 0);
  return findingOf(kind, group, usd, unpriced);
}

/** What the same tokens would have cost less by global routing. */
function routed({ detail, rows }: Group, prices: PriceBook, now: number): Finding[] {
  const global = assumptionsFrom({ routing: 'global' });
  const dearer = rows.map((row) => outcomeOf(row, global, prices, now)).filter(({ before, after }) => after.lt(before));
  if (dearer.length === 0) return [];
  const group = { detail, rows: dearer.map(({ row }) => row) };
  return [findingOf('dearer routing', group, usdFromText(tally(dearer).saving_usd), 0)];
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

function sums(rows: readonly UsageRow[]) {
  return {
    invocations: rows.reduce((sum, row) => sum + row.invocations, 0),
    errors: rows.reduce((sum, row) => sum + row.errors, 0),
  };
}
