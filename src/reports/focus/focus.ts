import type { Dimension } from '../../domain/dimension.ts';
import { dimensionFromText, filtersFromTexts, NONE } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { costOfTokens, textFromUsd, type Usd, ZERO_USD } from '../../domain/money.ts';
import { bucketsFromPeriod, DAY_MS, isoFromMoment, type Period } from '../../domain/period.ts';
import { each, inTurns, mapped, pace, SHORT_STRETCH, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import { addCounts, type UsageRow } from '../../domain/usage.ts';
import { CLASS_NAMES, USAGE_CLASSES, type UsageClass } from '../../domain/usage-class.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { doubtsAbout, type Rate } from '../../prices/rate.ts';
import type { ReportContext } from '../context.ts';
import { doubtNotes, unpricedNotes } from '../notes.ts';
import { priceUsage } from '../pricing.ts';
import { quoteQuestion, type ScanQuote } from '../quote.ts';
import { type Asked, periodFromQuestion, queryFrom } from '../usage/breakdown.ts';
import type { FocusRow } from './columns.ts';

export interface FocusQuestion {
  /** First UTC day; default: the first the source has. */
  from?: string | undefined;
  /** Exclusive. */
  to?: string | undefined;
  /** `metadata.KEY` or `tag.KEY`, for the column Tags. */
  tags?: readonly string[] | undefined;
  where?: readonly string[] | undefined;
}

export interface FocusExport {
  period: { from: string; to: string };
  rows: FocusRow[];
  /** Exact sum of BilledCost. */
  cost_usd: string;
  /** Charges without a known price: their cost is empty, not zero. */
  unpriced_rows: number;
  notes: string[];
}

/** Everything that charges are told apart by, besides what their price depends on. */
const BY: readonly Dimension[] = ['day', 'account', 'principal', 'profile'];

/** Usage as FOCUS charges, a row for each kind of token of each model, caller and UTC day. */
export async function focusExport(question: FocusQuestion, context: ReportContext): Promise<FocusExport> {
  const tags = (question.tags ?? []).map(tagFromText);
  const asked = await askedFromFocus(question, context);
  const { period } = asked;
  const prices = await context.prices();
  const { rows: usage, coverage } = await context.engine.usage(await queryFrom(asked, context), context);
  const months = bucketsFromPeriod('month', wholeMonths(period));
  const charges = await inTurns(chargesOf(usage, prices, tags, months), context);
  const sums = await inTurns(priceUsage(usage, [], prices), context);
  const priced = charges.flatMap(({ cost }) => cost ?? []);
  const cost = await inTurns(sumOf(priced), context);
  return {
    period: { from: isoFromMoment(period.from), to: isoFromMoment(period.to) },
    rows: charges.map(({ row }) => row),
    cost_usd: textFromUsd(cost),
    unpriced_rows: charges.length - priced.length,
    notes: [
      ...unpricedNotes(sums),
      ...doubtNotes(sums),
      ...(coverage.notes ?? []),
      ...prices.notes,
      'Costs are estimates from invocation logs, by the rate of each call; the invoice is AWS’s own.',
      ...(charges.length > priced.length
        ? [
            `${charges.length - priced.length} charges have no known price: their cost columns are empty, which FOCUS does not allow for; zero would be wrong.`,
          ]
        : []),
    ],
  };
}

/** What that would read, without exporting. */
export function quoteFocus(question: FocusQuestion, context: ReportContext): Promise<ScanQuote> {
  const read = () => askedFromFocus(question, context);
  return quoteQuestion({ ...question, by: [] }, context, { read, query: queryFrom });
}

// --- internal ---

async function askedFromFocus(
  { from, to, tags = [], where = [] }: FocusQuestion,
  context: ReportContext,
): Promise<Asked> {
  const by = [...BY, ...tags.map(tagFromText)];
  return {
    by,
    where: filtersFromTexts(where),
    period: await periodFromQuestion({ from, to, timezone: 'UTC' }, context),
  };
}

interface Charge {
  row: FocusRow;
  cost: Usd | undefined;
}

function tagFromText(text: string): Dimension {
  const dimension = dimensionFromText(text);
  if (/^(metadata|tag)\./.test(dimension)) return dimension;
  throw new SpendError('INVALID_ARGUMENT', `"${text}" cannot be a tag: give metadata.KEY or tag.KEY.`);
}

/** The months that a period touches, whole. */
function wholeMonths({ from, to }: Period): Period {
  const first = new Date(from);
  const last = new Date(to - 1);
  return {
    from: Date.UTC(first.getUTCFullYear(), first.getUTCMonth()),
    to: Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1),
    timezone: 'UTC',
  };
}

/** A charge is of all calls that are priced alike, whatever else they used. */
function* chargedTogether(usage: readonly UsageRow[]): Steps<UsageRow[]> {
  const rows = new Map<string, UsageRow>();
  yield* each(usage, (row) => {
    const id = JSON.stringify([row.key, row.priceKey]);
    const known = rows.get(id);
    if (known) addCounts(known, row);
    else rows.set(id, { ...row });
  });
  return [...rows.values()];
}

/** In the order of their texts. */
function* chargesOf(
  usage: readonly UsageRow[],
  prices: PriceBook,
  tags: readonly Dimension[],
  months: readonly { from: number; to: number }[],
): Steps<Charge[]> {
  const rows = yield* chargedTogether(usage);
  const charges = yield* mapped(rows, (row) => chargesFromUsage(row, prices, tags, months), pace(SHORT_STRETCH));
  const named = yield* mapped(charges.flat(), (charge) => ({ charge, name: orderOf(charge) }));
  return yield* mapped(yield* sorted(named, (a, b) => compare(a.name, b.name)), ({ charge }) => charge);
}

function* sumOf(amounts: readonly Usd[]): Steps<Usd> {
  let sum = ZERO_USD;
  yield* each(amounts, (amount) => {
    sum = sum.plus(amount);
  });
  return sum;
}

/** What all charges have in common. */
const FIXED = {
  BillingAccountName: null,
  BillingCurrency: 'USD',
  ChargeCategory: 'Usage',
  ChargeClass: null,
  ChargeFrequency: 'Usage-Based',
  ConsumedUnit: 'Tokens',
  InvoiceIssuerName: 'AWS',
  PricingCategory: 'Standard',
  PricingCurrency: 'USD',
  PricingUnit: '1000000 Tokens',
  ProviderName: 'AWS',
  ServiceCategory: 'AI and Machine Learning',
  ServiceName: 'Amazon Bedrock',
  ServiceSubcategory: 'Generative AI',
} as const;

function chargesFromUsage(
  usage: UsageRow,
  prices: PriceBook,
  tags: readonly Dimension[],
  months: readonly { from: number; to: number }[],
): Charge[] {
  const rate = prices.rate(usage.priceKey);
  return CLASS_NAMES.filter((counter) => usage[counter] > 0).map((counter) =>
    chargeOf(usage, counter, rate, tags, months),
  );
}

function chargeOf(
  { key, priceKey, ...counts }: UsageRow,
  counter: UsageClass,
  rate: Rate | undefined,
  tags: readonly Dimension[],
  months: readonly { from: number; to: number }[],
): Charge {
  const tokens = counts[counter];
  const unit = rate?.rates[counter];
  const cost = unit && costOfTokens(tokens, unit);
  const listUnit = rate?.source === 'overrides' ? undefined : (rate?.list ?? rate?.rates)?.[counter];
  const [amount, price] = [textOrNull(cost), textOrNull(unit)];
  const day = Date.parse(`${key.day}T00:00:00Z`);
  const month = months.findLast(({ from }) => from <= day);
  const tier = priceKey.tier ?? 'standard';
  const sku = [
    priceKey.model,
    counter,
    priceKey.scope,
    tier,
    ...(priceKey.contextBand > 0 ? [`above ${priceKey.contextBand}`] : []),
  ].join('/');
  const profile = known(key.profile);
  const account = known(key.account);
  const row: FocusRow = {
    ...FIXED,
    BilledCost: amount,
    BillingAccountId: account,
    BillingPeriodStart: month ? isoFromMoment(month.from) : null,
    BillingPeriodEnd: month ? isoFromMoment(month.to) : null,
    ChargeDescription: `${priceKey.model}, ${USAGE_CLASSES[counter].meter}, ${priceKey.scope}, ${tier}`,
    ChargePeriodStart: isoFromMoment(day),
    ChargePeriodEnd: isoFromMoment(day + DAY_MS),
    ConsumedQuantity: String(tokens),
    ContractedCost: amount,
    ContractedUnitPrice: price,
    EffectiveCost: amount,
    ListCost: textOrNull(listUnit && costOfTokens(tokens, listUnit)),
    ListUnitPrice: textOrNull(listUnit),
    PricingQuantity: textFromUsd(costOfTokens(tokens, ONE)),
    PublisherName: priceKey.model.includes('/') ? null : (priceKey.model.split('.')[0] as string),
    RegionId: priceKey.region,
    ResourceId: profile,
    SkuId: sku,
    SkuMeter: USAGE_CLASSES[counter].meter,
    SkuPriceId: rate ? `${sku}/${priceKey.region}/${rate.effectiveFrom ?? 'launch'}` : null,
    SubAccountId: account,
    Tags: JSON.stringify(Object.fromEntries(tags.flatMap((tag) => tagOf(tag, key[tag])))),
    x_Model: priceKey.model,
    x_Principal: known(key.principal),
    x_Scope: priceKey.scope,
    x_Tier: tier,
    x_PriceDoubts: unit && rate ? doubtCodes(rate, counter) : null,
    x_PriceSource: unit ? (rate?.source ?? null) : null,
  };
  return { row, cost };
}

/** Nothing where nothing is in doubt. */
function doubtCodes(rate: Rate, counter: UsageClass): string | null {
  const codes = new Set(doubtsAbout(rate, [counter]).map(({ code }) => code));
  return codes.size > 0 ? [...codes].join(' ') : null;
}

/** So that tokens become millions of them, exactly. */
const ONE = ZERO_USD.plus(1);

function textOrNull(amount: Usd | undefined): string | null {
  return amount === undefined ? null : textFromUsd(amount);
}

function known(value: string | undefined): string | null {
  return value === undefined || value === NONE ? null : value;
}

function tagOf(tag: Dimension, value: string | undefined): [string, string][] {
  const given = known(value);
  return given === null ? [] : [[tag.slice(tag.indexOf('.') + 1), given]];
}

const orderOf = ({ row }: Charge) =>
  [
    row.ChargePeriodStart,
    row.SubAccountId,
    row.x_Principal,
    row.SkuPriceId ?? row.SkuId,
    row.ResourceId,
    row.Tags,
  ].join('\n');
