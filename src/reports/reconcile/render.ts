import { displayUsd, usdFromText } from '../../domain/money.ts';
import { printableLine } from '../../domain/printable.ts';
import { compact } from '../render.ts';
import { type ShownReport, type ShownTable, shownReport, textFromShown } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import type { ReconciledColumn, Reconciliation } from './schema.ts';

const MODELS_SHOWN = 20;
const PRINCIPALS_SHOWN = 10;

export function shownFromReconciliation(report: Reconciliation): ShownReport {
  const { period, bill, logs, metrics, gap_usd, causes, models, principals = [], notes } = report;
  const sums = [
    `bill ${usd(bill.usd)} (${bill.source}${bill.final ? '' : ', not final'})`,
    `logs ${usd(logs.usd)}`,
    ...(metrics ? [`metrics ${usd(metrics.usd)}`] : []),
  ];
  const blocks = [
    `Bill and logs, ${period.from.slice(0, 10)} up to ${period.to.slice(0, 10)} (UTC)`,
    `${sums.join('; ')}. The bill is ${usd(gap_usd.replace('-', ''))} ${gap_usd.startsWith('-') ? 'lower' : 'higher'} than the logs:`,
    {
      columns: ['cause', 'how known', 'amount'],
      names: 2,
      rows: causes.map(causeCells),
      total: ['total', '', usd(gap_usd)],
    },
    detailsText(causes),
    { columns: MODEL_COLUMNS, names: 1, rows: models.slice(0, MODELS_SHOWN).map(modelCells) },
    models.length > MODELS_SHOWN ? `and ${models.length - MODELS_SHOWN} more models` : undefined,
    ...(principals.length > 0 ? principalsShown(report) : []),
  ];
  return shownReport(blocks, notes);
}

export const textFromReconciliation = (report: Reconciliation) => textFromShown(shownFromReconciliation(report));

const usd = (text: string) => displayUsd(usdFromText(text));

function causeCells({ title, known, usd: amount }: Reconciliation['causes'][number]): string[] {
  return [title, known, usd(amount)];
}

/** The largest piece of each cause, which is where to look first. */
function detailsText(causes: Reconciliation['causes']): string {
  return causes
    .flatMap(({ title, details, details_omitted }) => {
      const [first, ...others] = details;
      if (first === undefined || usdFromText(first.usd).abs().lt('0.005')) return [];
      const more = others.length + details_omitted;
      return `${title}: ${printableLine(first.name)} ${usd(first.usd)}${more > 0 ? ` and ${more} more` : ''}`;
    })
    .join('\n');
}

const MODEL_COLUMNS = ['model', 'logs', 'tokens', 'metrics', 'tokens', 'bill', 'tokens'];

function modelCells({ model, logs, metrics, bill }: Reconciliation['models'][number]): string[] {
  return [
    shownValue(model),
    ...columnCells(logs),
    ...(metrics ? columnCells(metrics) : ['-', '-']),
    ...columnCells(bill),
  ];
}

function columnCells({ usd: amount, unpriced_tokens, ...tokens }: ReconciledColumn): string[] {
  const all = Object.values(tokens).reduce((sum, count) => sum + count, 0);
  const cost = unpriced_tokens > 0 && usdFromText(amount).eq(0) ? 'unpriced' : usd(amount);
  return [cost, compact(all)];
}

function principalsShown({ principals = [], principals_omitted = 0 }: Reconciliation): (ShownTable | string)[] {
  const shown = principals.slice(0, PRINCIPALS_SHOWN);
  const left = principals.length - shown.length + principals_omitted;
  const rows = shown.map(({ principal, logs_usd, bill_usd }) => [shownValue(principal), usd(logs_usd), usd(bill_usd)]);
  return [{ columns: ['caller', 'logs', 'bill'], names: 1, rows }, left > 0 ? `and ${left} more callers` : ''];
}
