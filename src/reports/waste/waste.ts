import { SpendError } from '../../domain/errors.ts';
import { textFromUsd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import { each, inTurns, mapped, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import type { UsageRow } from '../../domain/usage.ts';
import type { ReportContext } from '../context.ts';
import { priceUsage } from '../pricing.ts';
import { inTurn, quoteQuestion, type ScanQuote } from '../quote.ts';
import { count } from '../render.ts';
import { type Asked, askedFromQuestion, assemble, type BreakdownQuestion, queryFrom } from '../usage/breakdown.ts';
import { usageByCells } from '../usage/short-cells.ts';
import { findingsFromRows, oversized, stormsOverHours } from './findings.ts';
import { type Finding, WASTE_KINDS, type WasteReport } from './schema.ts';
import { nearStorms, STORM_ERRORS } from './storms.ts';

export interface WasteQuestion extends Omit<BreakdownQuestion, 'by'> {
  /** Prompts of at least so many tokens are oversized … */
  promptAtLeast: number;
  /** … for answers of at most so many. */
  outputAtMost: number;
}

const BY = ['hour', 'principal', 'model', 'status', 'stop_reason'] as const;

/** Spend that brought little or nothing, by kind. */
export async function findWaste(question: WasteQuestion, context: ReportContext): Promise<WasteReport> {
  const asked = await askedFromQuestion({ ...question, by: BY }, context);
  const prices = await context.prices();
  const { rows, coverage } = await context.engine.usage(await queryFrom(asked, context), context);
  const large = context.engine.sumsOnly ? [] : await largeRows(asked, question, context);
  const found = [
    await inTurns(findingsFromRows(rows, prices, context.now()), context),
    await stormsBesides(rows, asked, context),
    await inTurns(oversized(large, prices), context),
  ];
  const findings = await inTurns(mostExpensiveFirst(found.flat()), context);
  const usage = await inTurns(priceUsage(rows, ['stop_reason'], prices), context);
  const frame = await assemble('', asked.period, [], { usage, coverage }, context);
  const shown = findings.slice(0, question.limit);
  return {
    period: frame.period,
    kinds: await inTurns(sumsOf(findings), context),
    findings: shown,
    omitted_findings: findings.length - shown.length,
    coverage: frame.coverage,
    notes: [...new Set([...wasteNotes(question, context), ...frame.notes])],
  };
}

/** What that would take: the sums, and a look at the size of each request. */
export async function quoteWaste(question: WasteQuestion, context: ReportContext): Promise<ScanQuote> {
  const asked = { ...question, by: BY };
  const sums = await quoteQuestion(asked, context);
  if (context.engine.sumsOnly) return sums;
  const sizes = await quoteQuestion(asked, context, {
    read: askedFromQuestion,
    query: (read) => largeQuery(read, question, context),
  });
  return inTurn([sums, sizes]);
}

// --- internal ---

async function largeQuery(asked: Asked, { promptAtLeast, outputAtMost }: WasteQuestion, context: ReportContext) {
  const query = await queryFrom({ ...asked, by: ['principal', 'model'] }, context);
  return { ...query, only: { promptAtLeast, outputAtMost } };
}

/** Storms that the clock parts into hours which are none; where five minutes cannot be asked for, these stay unseen. */
async function stormsBesides(rows: readonly UsageRow[], asked: Asked, context: ReportContext): Promise<Finding[]> {
  const near = await inTurns(nearStorms(rows), context);
  if (near.length === 0) return [];
  const by = ['principal', 'model'] as const;
  const keys = near.map(({ key }) => key);
  const cells = await usageByCells(by, keys, asked, context);
  if (cells instanceof SpendError) return [];
  return inTurns(stormsOverHours(cells.rows, rows, await context.prices()), context);
}

/** Failed calls have no answer of any size. */
async function largeRows(asked: Asked, question: WasteQuestion, context: ReportContext) {
  const { rows } = await context.engine.usage(await largeQuery(asked, question, context), context);
  return rows.filter(({ errors, invocations }) => errors < invocations);
}

function* mostExpensiveFirst(findings: readonly Finding[]): Steps<Finding[]> {
  const money = yield* mapped(findings, (finding) => ({ finding, usd: usdFromText(finding.usd) }));
  const nameOf = ({ finding: { kind, principal, model, detail } }: (typeof money)[number]) =>
    [kind, principal, model, detail].join('\n');
  const order = yield* sorted(
    money,
    (a, b) => b.usd.cmp(a.usd) || b.finding.errors - a.finding.errors || compare(nameOf(a), nameOf(b)),
  );
  return yield* mapped(order, ({ finding }) => finding);
}

function* sumsOf(findings: readonly Finding[]): Steps<WasteReport['kinds']> {
  const sums = new Map(WASTE_KINDS.map((kind) => [kind, { findings: 0, invocations: 0, errors: 0, usd: ZERO_USD }]));
  yield* each(findings, ({ kind, invocations, errors, usd }) => {
    const sum = sums.get(kind);
    if (sum === undefined) return;
    sum.findings += 1;
    sum.invocations += invocations;
    sum.errors += errors;
    sum.usd = sum.usd.plus(usd);
  });
  return [...sums].map(([kind, { usd, ...counts }]) => ({ kind, ...counts, usd: textFromUsd(usd) }));
}

function wasteNotes({ promptAtLeast, outputAtMost }: WasteQuestion, { engine }: ReportContext): string[] {
  return [
    'A call can be of several kinds, so their dollars do not add up; nor is all of it lost: a truncated answer may do, and a short one to a large prompt may be what was wanted.',
    `A retry storm is an hour, by the clock or from any five minutes on, in which one caller had ${STORM_ERRORS} errors or more on a model and at least half of its calls failed; its dollars are those of the calls that came through.`,
    engine.sumsOnly
      ? 'This source knows no single requests, callers or stop reasons: oversized inputs and truncated answers are not seen, and storms only of all callers together. Ask the invocation logs.'
      : `An input is oversized from ${count(promptAtLeast)} prompt tokens on for an answer of at most ${count(outputAtMost)}.`,
    'Global routing may process a request in any region: rules on where data may be can forbid it, and not every model has it.',
    'Idle provisioned throughput is not in the logs: it costs by the hour, used or not. The bill shows it (reconcile_with_bill).',
  ];
}
