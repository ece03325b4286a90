import type { Dimension, TimeDimension } from '../domain/dimension.ts';
import { isTimeDimension } from '../domain/dimension.ts';
import { displayUsd, type Usd, usdFromText } from '../domain/money.ts';
import type { Report, Table } from '../reports/report.ts';
import { costText, shareText, shortened, shortUsd, ticked, tickText, timeText } from './labels.ts';
import { highestOf, isLacking, type Stack, type StackLimits, stackFromTable } from './stack.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const STEPS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'];
const FULL = '█';
/** Usage without a price: it has no length. */
const UNPRICED = '░';

const ROWS = 8;
const LEAST_BAR = 10;

/** A table as bars or columns of characters, as wide as the terminal; without colours. */
export function drawingFromTable(table: Table, { period, totals }: Report, columns: number): string {
  const width = Math.max(40, columns - 1);
  const times = table.by.length > 1 ? Math.floor(width * 0.6) - 14 : width - AXIS_WIDTH;
  const limits: StackLimits = { bars: 20, layers: 7, times };
  const stack = stackFromTable(table, period, limits);
  if (stack.bars.length === 0 || totals.invocations === 0) return '(no usage)';
  if (!isTimeDimension(stack.by as Dimension)) return barsText(stack, usdFromText(totals.cost_usd), width);
  return stack.layers.length > 1 ? sparklinesText(stack, width) : columnsText(stack, width);
}

/** `role/support-bot  ██████▋ $149.26  12.7 %` */
function barsText({ bars }: Stack, total: Usd, width: number): string {
  const names = bars.map(({ label }) => shortened(label, Math.floor(width * 0.4)));
  const texts = bars.map(({ cost, lacking }) =>
    [costText(cost, lacking), shareText(cost, total)].filter(Boolean).join('  '),
  );
  const [nameWidth, textWidth] = [longest(names), longest(texts)];
  const room = Math.max(LEAST_BAR, width - nameWidth - textWidth - 4);
  const highest = highestOf(bars);
  return bars
    .map((one, at) => {
      const bar = `${lengthText(part(one.cost, highest) * room)}${isLacking(one) ? UNPRICED : ''}`;
      return `${(names[at] as string).padEnd(nameWidth)}  ${bar} ${texts[at]}`;
    })
    .join('\n');
}

const AXIS_WIDTH = 8;

/** Columns of eight rows, with dollars at the side and times below. */
function columnsText({ bars, by }: Stack, width: number): string {
  const interval = by as TimeDimension;
  const highest = highestOf(bars);
  const each = Math.max(1, Math.min(6, Math.floor((width - AXIS_WIDTH) / bars.length)));
  const lines = Array.from({ length: ROWS }, (_, index) => {
    const row = ROWS - 1 - index;
    const scale = index === 0 && highest.gt(0) ? shortUsd(Number(highest.toString())) : row === 0 ? '$0' : '';
    const cells = bars.map((bar) => {
      const { cost } = bar;
      const height = part(cost, highest) * ROWS - row;
      const least = row === 0 && cost.gt(0) ? 1 : 0;
      const cell = height >= 1 ? FULL : (STEPS[Math.max(least, Math.round(height * 8))] ?? FULL);
      const shown = cell === ' ' && row === 0 && isLacking(bar) ? UNPRICED : cell;
      return each === 1 ? shown : `${shown.repeat(each - 1)} `;
    });
    return `${scale.padStart(AXIS_WIDTH - 2)} ┤${cells.join('')}`.trimEnd();
  });
  return [...lines, timesText(bars, interval, each), peakText({ bars, by, layers: [] })].filter(Boolean).join('\n');
}

/** A line for each layer, all on one scale: `anthropic.claude-opus-4-8 ▁▂▁█▂ $678.00` */
function sparklinesText(stack: Stack, width: number): string {
  const { bars, layers, by } = stack;
  const names = layers.map(({ label }) => shortened(label, Math.floor(width * 0.4)));
  const nameWidth = longest(names);
  const most = layers.reduce(
    (highest, { costs }) => costs.reduce((a, b) => (b.gt(a) ? b : a), highest),
    usdFromText('0'),
  );
  const lines = layers.map(({ cost, costs }, at) => {
    const line = costs.map((each) =>
      each.eq(0) ? ' ' : (['▁', ...STEPS.slice(2), FULL][Math.min(7, Math.floor(part(each, most) * 8))] as string),
    );
    return `${(names[at] as string).padEnd(nameWidth)}  ${line.join('')}  ${displayUsd(cost)}`;
  });
  const interval = by as TimeDimension;
  const [first, last] = [bars[0]?.label ?? '', bars.at(-1)?.label ?? ''];
  const span = `${timeText(first, interval)} to ${timeText(last, interval)}, each ${interval}`;
  return [...lines, `${' '.repeat(nameWidth)}  ${span}`, peakText(stack)].filter(Boolean).join('\n');
}

/** Of the longest label of a time axis, and a space. */
const LABEL_WIDTH = 8;

function timesText(bars: Stack['bars'], interval: TimeDimension, each: number): string {
  const labels = bars.map(({ label }) => label);
  const most = Math.max(1, Math.floor((bars.length * each) / LABEL_WIDTH));
  const line = [...ticked(labels, interval, most)].reduce(
    (text, at) => `${text.padEnd(at * each)}${tickText(labels[at] as string, interval)}`,
    '',
  );
  return `${' '.repeat(AXIS_WIDTH)}${line}`;
}

function peakText({ bars, by }: Stack): string {
  const highest = highestOf(bars);
  const peak = bars.find(({ cost }) => cost.eq(highest));
  if (peak === undefined || highest.eq(0)) return '';
  return `Most in ${by === 'hour' ? 'an' : 'a'} ${by}: ${displayUsd(highest)}, ${timeText(peak.label, by as TimeDimension)}`;
}

/** A part of a length on the screen; the only thing that dollars become a float for. */
function part(cost: Usd, whole: Usd): number {
  return whole.eq(0) ? 0 : Number(cost.div(whole).toString());
}

/** What costs anything can be seen. */
function lengthText(length: number): string {
  const eighths = Math.round(length * 8);
  if (eighths === 0) return length > 0 ? (EIGHTHS[1] as string) : '';
  return `${FULL.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`;
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}
