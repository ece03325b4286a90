import { DIMENSION_FAMILIES, DIMENSIONS, isTimeDimension, NONE } from '../domain/dimension.ts';
import { DAY_MS, isoFromMoment } from '../domain/period.ts';
import { priceList } from '../reports/price/price.ts';
import { breakdown } from '../reports/usage/breakdown.ts';
import type { Asking } from './asking.ts';
import { LISTED } from './listed.ts';

/** What a client has typed of a value, and what it has given for other arguments. */
export type Complete = (typed: string, given: Readonly<Record<string, string>>) => string[] | Promise<string[]>;

/**
 * Values to propose while a client types, most expensive or latest first: only what the client may see, under pseudonyms where it
 * sees those. Names of the logs are proposed only where looking for them reads no logs that cost something.
 */
export function createProposals({ context, newWork }: Asking) {
  const { engine } = context;

  /** Values of a dimension. */
  async function valuesOf(dimension: string): Promise<string[]> {
    if (!engine.rangeReadsLogs) return [];
    const { tables } = await breakdown({ by: [dimension] }, { ...context, ...newWork() });
    return (tables[0]?.rows ?? []).flatMap(({ key }) => key[dimension] ?? []).filter((value) => value !== NONE);
  }

  /** Days that the logs cover, the latest first, as far back as a quarter. */
  async function days(): Promise<string[]> {
    if (!engine.rangeReadsLogs) return [];
    const { first, last } = await engine.range(newWork());
    if (first === undefined || last === undefined) return [];
    const count = Math.min(92, Math.floor(last / DAY_MS) - Math.floor(first / DAY_MS) + 1);
    return Array.from({ length: count }, (_, ago) => isoFromMoment(last - ago * DAY_MS).slice(0, 10));
  }

  const months = async () => [...new Set((await days()).map((day) => day.slice(0, 7)))];
  const isMonday = (day: string) => new Date(day).getUTCDay() === 1;

  return {
    role: async () => (await valuesOf('principal')).filter((name) => name.startsWith('role/')),
    /** A filter: the most expensive of each kind. */
    filter: async (typed) => {
      const [, dimension] = /^(\w[\w.]*)=/.exec(typed) ?? [];
      const dimensions = dimension === undefined ? ['principal', 'model'] : [dimension];
      const values = await Promise.all(
        dimensions.map(async (by) => (await valuesOf(by)).map((value) => `${by}=${value}`)),
      );
      return values.flat();
    },
    suspect: async () => [...(await valuesOf('principal')), ...(await valuesOf('model'))],
    team: (_, { key = 'metadata.team' }) => valuesOf(key),
    dimension: () => TELLING,
    week: async () => (await days()).filter(isMonday),
    dayOrMonth: async () => [...(await days()), ...(await months())],
    month: months,
    audience: () => ['the team', 'engineering managers', 'finance', 'the board'],
    /** Models with a price. */
    pricedModel: async () => priceList(await context.prices(), {}, context.now).map(({ model }) => model),
    /** Tools whose answer is a table. */
    tableTool: () => LISTED.tools.filter(({ csv }) => csv).map(({ name }) => name),
  } satisfies Record<string, Complete>;
}

export type Completion = keyof ReturnType<typeof createProposals>;

/** What a team could be told by. The keys of the logs are not proposed: finding them may be a scan that costs something. */
const TELLING = [
  ...Object.keys(DIMENSION_FAMILIES).map((family) => family.replace('KEY', 'team')),
  ...Object.keys(DIMENSIONS).filter((name) => !isTimeDimension(name as never)),
];
