import { HOUR_MS, isoFromMoment } from '../../domain/period.ts';
import { grouped, type Steps } from '../../domain/steps.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { CELL_MS } from '../usage/short-cells.ts';

/** An hour with so many errors of one caller on one model, and at least half of its calls failed, is a storm. */
export const STORM_ERRORS = 20;

/** Rows of one caller and model, and what of them it is about. */
export interface Group {
  detail: string;
  rows: UsageRow[];
}

type Counts = Pick<UsageRow, 'invocations' | 'errors'>;

export function isStorm({ invocations, errors }: Counts): boolean {
  return errors >= STORM_ERRORS && 2 * errors >= invocations;
}

const idOf = ({ key }: UsageRow) => JSON.stringify([key.principal, key.model]);

/**
 * Callers and models of which no hour by the clock, but some other hour may be a storm: two hours after each other have its errors.
 * @param rows by hour, principal and model
 */
export function* nearStorms(rows: readonly UsageRow[]): Steps<UsageRow[]> {
  const near: UsageRow[] = [];
  for (const group of (yield* grouped(rows, idOf)).values()) {
    const hours = countsBy(group, ({ key }) => Date.parse(key.hour as string) / HOUR_MS);
    const isNear = hours.some(({ at, errors }, index) => {
      const next = hours[index + 1];
      const both = errors + (next && next.at === at + 1 ? next.errors : 0);
      return both >= STORM_ERRORS && errors > 0;
    });
    // One that is a storm may begin or end in an hour beside it.
    if (isNear && group[0] && hours.some((hour) => hour.errors > 0 && !isStorm(hour))) near.push(group[0]);
  }
  return near;
}

/** @param cells of five minutes, by principal and model  @param hours rows by hour: what is a storm there is told already */
export function* stormsBetween(cells: readonly UsageRow[], hours: readonly UsageRow[]): Steps<Group[]> {
  const told = yield* toldHours(hours);
  const storms: Group[] = [];
  for (const [id, group] of yield* grouped(cells, idOf)) {
    const others = group.filter(({ cell = 0 }) => !told.get(id)?.has(Math.floor(cell / HOUR_MS)));
    for (const { from, to } of stretches(countsBy(others, ({ cell = 0 }) => cell / CELL_MS)))
      storms.push({
        detail: isoFromMoment(from * CELL_MS).replace(':00Z', 'Z'),
        rows: others.filter(({ cell = 0 }) => cell >= from * CELL_MS && cell < to * CELL_MS),
      });
  }
  return storms;
}

/** Hours of callers and models that are storms by the clock. */
function* toldHours(rows: readonly UsageRow[]): Steps<Map<string, Set<number>>> {
  const told = new Map<string, Set<number>>();
  for (const [id, group] of yield* grouped(rows, idOf)) {
    const hours = countsBy(group, ({ key }) => Date.parse(key.hour as string) / HOUR_MS).filter(isStorm);
    told.set(id, new Set(hours.map(({ at }) => at)));
  }
  return told;
}

type Moment = Counts & { at: number };

function countsBy(rows: readonly UsageRow[], placeOf: (row: UsageRow) => number): Moment[] {
  const counts = new Map<number, Moment>();
  for (const row of rows) {
    const at = placeOf(row);
    const sum = counts.get(at) ?? { at, invocations: 0, errors: 0 };
    sum.invocations += row.invocations;
    sum.errors += row.errors;
    counts.set(at, sum);
  }
  return [...counts.values()].sort((a, b) => a.at - b.at);
}

/** Cells of any hour that is a storm, those that touch as one. */
function stretches(cells: readonly Moment[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const [index, { at }] of cells.entries()) {
    const hour = cells.slice(index).filter((cell) => cell.at < at + HOUR_MS / CELL_MS);
    const failing = hour.filter(({ errors }) => errors > 0);
    const [first, end] = [failing[0], failing.at(-1)];
    if (!first || !end || !isStorm(sums(hour))) continue;
    const last = found.at(-1);
    if (last && first.at <= last.to) last.to = Math.max(last.to, end.at + 1);
    else found.push({ from: first.at, to: end.at + 1 });
  }
  return found;
}

export function sums(rows: readonly Counts[]): Counts {
  return {
    invocations: rows.reduce((sum, row) => sum + row.invocations, 0),
    errors: rows.reduce((sum, row) => sum + row.errors, 0),
  };
}
