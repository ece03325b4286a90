import Big from 'big.js';
import { type Bill, type BillLine, USAGE } from '../../bill/bill.ts';
import { TOKEN_CLASSES, type TokenClass, usageTypeFrom } from '../../bill/usage-type.ts';
import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { each, mapped, pace, SHORT_STRETCH, type Steps } from '../../domain/steps.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { priceKeyFromModel, withoutFirstVersion } from '../../prices/model-key.ts';
import { modelFromName } from '../../prices/models/names.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { pricedRow } from '../pricing.ts';

/** Why a bill and the logs differ, in the order in which reports list it. `known` says how sure the cause is. */
export const CAUSES = {
  mantle: {
    known: 'billed as such',
    title: 'Calls to the bedrock-mantle endpoint, which are not logged',
  },
  batch: { known: 'billed as such', title: 'Batch jobs, which are not logged' },
  guardrail: { known: 'billed as such', title: 'Guardrails' },
  provisioned: { known: 'billed as such', title: 'Provisioned throughput and reserved capacity' },
  'custom-import': { known: 'billed as such', title: 'Imported models' },
  other: { known: 'billed as such', title: 'Usage types that are not tokens of a model, or not known here' },
  discounts: { known: 'billed as such', title: 'Credits, discounts, refunds, tax and fees' },
  regions: { known: 'measured', title: 'Regions of which the source has no record' },
  not_logged: { known: 'measured', title: 'Tokens that metrics saw and logs lack: logging off, or records missing' },
  cache_lifetime: {
    known: 'measured',
    title: 'Cache writes billed as one-hour writes, whose lifetime the logs do not tell',
  },
  price: { known: 'measured', title: 'The same tokens at another rate than ours' },
  unpriced: { known: 'measured', title: 'Logged tokens that no price is known for here' },
  rounding: { known: 'measured', title: 'Rounding, less than half a cent for each kind of token' },
  unmatched_models: { known: 'likely', title: 'Models whose name on the bill is not known here' },
  not_final: { known: 'likely', title: 'Logged, but not billed yet: the bill is not final' },
  unexplained: { known: 'not known', title: 'Unexplained' },
} as const;

export type Cause = keyof typeof CAUSES;

/** One piece of the gap. */
export interface Part {
  cause: Cause;
  /** What of it, for the reader: a usage type, or a model with its region. */
  name: string;
  usd: Usd;
}

/** Tokens and what they cost, by class. */
export type Column = Record<TokenClass, Amount>;

export interface Amount {
  tokens: Big;
  /** The part of `tokens` that no price is known for, and that `usd` is therefore without. */
  unpriced: Big;
  usd: Usd;
}

/** Everything of one model at one rate: bills know no finer key, and tell in-region from geo calls no more than prices do. */
export interface Cell {
  model: string;
  region: string;
  /** Whether the bill's name of the model is one that can be matched with logs. */
  matched: boolean;
  logs: Column;
  metrics: Column;
  bill: Column;
  /** Logged five-minute writes that may have lived an hour. */
  unknownWrites: Big;
}

/** A bill, logs and metrics beside each other. */
export interface Comparison {
  /** They add up to the bill less the logs, exactly. */
  parts: Part[];
  cells: readonly Cell[];
}

/** Differences smaller than the cent that bills end in. */
const ROUNDING = new Big('0.005');

/**
 * Takes the difference between a bill and the logs apart.
 * @param metrics undefined where there are none
 */
export function* compare(
  bill: Pick<Bill, 'lines' | 'final'>,
  logs: readonly UsageRow[],
  metrics: readonly UsageRow[] | undefined,
  prices: PriceBook,
): Steps<Comparison> {
  const cells = new Map<string, Cell>();
  const parts = (yield* mapped(bill.lines, (line) => addBillLine(cells, line))).flat();
  yield* each(logs, (row) => addRow(cells, row, prices, 'logs'));
  yield* each(metrics ?? [], (row) => addRow(cells, row, prices, 'metrics'));
  const regions = new Set(logs.map(({ priceKey }) => priceKey.region));
  const isOutside = ({ region }: Cell) => !regions.has(region);
  const addParts = (cell: Cell) => parts.push(...partsOfCell(cell, { isOutside: isOutside(cell), final: bill.final }));
  yield* each(cells.values(), addParts, pace(SHORT_STRETCH));
  return { parts: parts.filter(({ usd }) => !usd.eq(0)), cells: [...cells.values()] };
}

// --- filling the cells ---

/** Puts tokens of calls into their cell; everything else is a part of the gap as it stands. */
function addBillLine(cells: Map<string, Cell>, line: BillLine): Part[] {
  if (line.chargeType !== USAGE) return [{ cause: 'discounts', name: line.chargeType, usd: line.usd }];
  const usage = usageTypeFrom(line.usageType, line.service);
  if (usage.kind !== 'runtime') return [{ cause: usage.kind, name: line.usageType, usd: line.usd }];
  const model = modelFromName(usage.stem);
  const cell = cellAt(cells, model ?? usage.stem, usage.region, usage.tier, usage.global, model !== undefined);
  const tokens = line.quantity.times(usage.tokensPerUnit);
  add(cell.bill[usage.tokenClass], { tokens, unpriced: ZERO_USD, usd: line.usd });
  return [];
}

/** The counters of a usage row, by the class that bills have of them. */
const COUNTER_OF_CLASS = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write_5m: 'cacheWrite5m',
  cache_write_1h: 'cacheWrite1h',
} as const satisfies Record<TokenClass, keyof UsageRow>;

function addRow(cells: Map<string, Cell>, row: UsageRow, prices: PriceBook, column: 'logs' | 'metrics'): void {
  const { model, region, tier = 'standard', scope } = row.priceKey;
  const cell = cellAt(cells, priceKeyFromModel(model), region, tier, scope === 'global', true);
  const { costs } = pricedRow(row, prices);
  for (const tokenClass of TOKEN_CLASSES) {
    const name = COUNTER_OF_CLASS[tokenClass];
    const tokens = new Big(row[name]);
    const usd = costs[name];
    add(cell[column][tokenClass], { tokens, unpriced: usd ? ZERO_USD : tokens, usd: usd ?? ZERO_USD });
  }
  if (column === 'logs') cell.unknownWrites = cell.unknownWrites.plus(row.cacheWriteUnknown);
}

function cellAt(
  cells: Map<string, Cell>,
  model: string,
  region: string,
  tier: string,
  global: boolean,
  matched: boolean,
): Cell {
  const id = JSON.stringify([withoutFirstVersion(model), region, tier, global]);
  const cell = cells.get(id) ?? {
    model,
    region,
    matched,
    logs: emptyColumn(),
    metrics: emptyColumn(),
    bill: emptyColumn(),
    unknownWrites: ZERO_USD,
  };
  cells.set(id, cell);
  return cell;
}

export function emptyColumn(): Column {
  const amount = () => ({ tokens: ZERO_USD, unpriced: ZERO_USD, usd: ZERO_USD });
  return Object.fromEntries(TOKEN_CLASSES.map((tokenClass) => [tokenClass, amount()])) as Column;
}

export function add(to: Amount, more: Amount): void {
  to.tokens = to.tokens.plus(more.tokens);
  to.unpriced = to.unpriced.plus(more.unpriced);
  to.usd = to.usd.plus(more.usd);
}

// --- taking a cell apart ---

interface Circumstances {
  /** The source has no record of the region. */
  isOutside: boolean;
  final: boolean;
}

/** What is left of a class when the tokens that both have are taken off. */
interface Rest {
  tokenClass: TokenClass;
  /** Billed and not logged. */
  billed: Amount;
  /** Logged and not billed. */
  logged: Amount;
}

function partsOfCell(cell: Cell, circumstances: Circumstances): Part[] {
  const parts: Part[] = [];
  const put = (cause: Cause, tokenClass: TokenClass, usd: Usd) =>
    parts.push({ cause, usd, name: `${cell.model} in ${cell.region}, ${tokenClass}` });
  const rests = TOKEN_CLASSES.map((tokenClass): Rest => {
    const { matched, rest } = matchTokens(cell, tokenClass);
    put(causeOfRate(cell, tokenClass, matched), tokenClass, matched);
    return { tokenClass, ...rest };
  });
  put('cache_lifetime', 'cache_write_1h', takeLifetime(cell, rests));
  const missing = missingTokens(cell);
  for (const { tokenClass, billed, logged } of rests) {
    const cause = causeOfBilled(cell, circumstances);
    const seen = cause === 'unexplained' ? takeSeen(missing, tokenClass, billed) : ZERO_USD;
    put('not_logged', tokenClass, seen);
    put(cause, tokenClass, billed.usd);
    put(circumstances.final ? 'unexplained' : 'not_final', tokenClass, logged.usd.neg());
  }
  return parts;
}

/** The tokens that bill and logs both have, and how much more the bill asks for them. */
function matchTokens(cell: Cell, tokenClass: TokenClass): { matched: Usd; rest: Omit<Rest, 'tokenClass'> } {
  const billed = { ...cell.bill[tokenClass] };
  const logged = { ...cell.logs[tokenClass] };
  const both = least(billed.tokens, logged.tokens);
  const matched = take(billed, both).minus(take(logged, both));
  return { matched, rest: { billed, logged } };
}

function causeOfRate(cell: Cell, tokenClass: TokenClass, difference: Usd): Cause {
  if (cell.logs[tokenClass].unpriced.gt(0)) return 'unpriced';
  return difference.abs().lt(ROUNDING) ? 'rounding' : 'price';
}

/** One-hour writes on the bill that the logs count as five-minute writes, as far as the logs do not know better. */
function takeLifetime({ unknownWrites }: Cell, rests: readonly Rest[]): Usd {
  const billed = (rests.find(({ tokenClass }) => tokenClass === 'cache_write_1h') as Rest).billed;
  const logged = (rests.find(({ tokenClass }) => tokenClass === 'cache_write_5m') as Rest).logged;
  const moved = least(unknownWrites, least(billed.tokens, logged.tokens));
  return take(billed, moved).minus(take(logged, moved));
}

/** Tokens of each metric beyond what was logged. Metrics know one kind of cache write, so both kinds share its count. */
function missingTokens({ logs, metrics }: Cell): Map<TokenClass, { tokens: Big }> {
  const writes = metrics.cache_write_5m.tokens.minus(logs.cache_write_5m.tokens).minus(logs.cache_write_1h.tokens);
  const ofWrites = { tokens: writes };
  const rest = (['input', 'output', 'cache_read'] as const).map(
    (tokenClass) => [tokenClass, { tokens: metrics[tokenClass].tokens.minus(logs[tokenClass].tokens) }] as const,
  );
  return new Map<TokenClass, { tokens: Big }>([...rest, ['cache_write_5m', ofWrites], ['cache_write_1h', ofWrites]]);
}

function takeSeen(missing: ReturnType<typeof missingTokens>, tokenClass: TokenClass, billed: Amount): Usd {
  const left = missing.get(tokenClass) as { tokens: Big };
  const seen = least(left.tokens, billed.tokens);
  left.tokens = left.tokens.minus(seen);
  return take(billed, seen);
}

function causeOfBilled({ matched }: Cell, { isOutside }: Circumstances): Cause {
  if (!matched) return 'unmatched_models';
  return isOutside ? 'regions' : 'unexplained';
}

/** Takes tokens out of an amount and returns their share of its dollars; what is rounded off stays, so nothing is lost. */
function take(amount: Amount, tokens: Big): Usd {
  if (tokens.eq(0)) return ZERO_USD;
  const share = tokens.eq(amount.tokens) ? amount.usd : amount.usd.times(tokens).div(amount.tokens).round(12);
  amount.tokens = amount.tokens.minus(tokens);
  amount.usd = amount.usd.minus(share);
  return share;
}

/** Never negative. */
function least(a: Big, b: Big): Big {
  const smaller = a.lt(b) ? a : b;
  return smaller.gt(0) ? smaller : ZERO_USD;
}
