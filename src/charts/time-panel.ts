import type { TimeDimension } from '../domain/dimension.ts';
import { displayUsd } from '../domain/money.ts';
import { costText, ticked, tickText, timeText } from './labels.ts';
import {
  barSeries,
  colourOf,
  dollarAxis,
  EDGE,
  endLabels,
  FONT_SIZE,
  type Panel,
  type PanelFrame,
  position,
  type Series,
  unpricedMarks,
} from './panel.ts';
import { highestOf, isLacking, type Layer, type Stack } from './stack.ts';

const HEIGHT = 260;
const AXES = { left: 56, bottom: 26 };
/** Above the highest column, for its label. */
const HEADROOM = 22;
const MARK_HEIGHT = 7;
/** Marks on thinner columns would be all that is seen of them. */
const LEAST_MARK_WIDTH = 7;
/** Room for a label such as `Oct 2026` on the axis. */
const TICK_WIDTH = 58;
/** With more, columns are too thin to stand apart: they become one area. */
const MOST_COLUMNS = 100;
/** With more, only the most expensive is labelled. */
const MOST_LABELLED = 12;

/** Spend over time as columns; of very many, as an area with steps. */
export function timePanel(stack: Stack, frame: PanelFrame): Panel {
  const { top, width, at, theme } = frame;
  const interval = stack.by as TimeDimension;
  const { bars, layers } = stack;
  const labels = bars.map(({ label }) => label);
  const plotWidth = width - AXES.left - 2 * EDGE;
  const ticks = ticked(labels, interval, Math.floor(plotWidth / TICK_WIDTH));
  const columnWidth = Math.min(48, Math.max(1, (plotWidth / bars.length) * 0.72));
  const crowded = bars.length > MOST_COLUMNS;
  const rug = columnWidth < LEAST_MARK_WIDTH;
  const look = { width: columnWidth, gaps: layers.length > 1 && columnWidth > 5, highest: highestOf(bars) };
  return {
    height: HEADROOM + HEIGHT + AXES.bottom,
    grid: { left: EDGE + AXES.left, top: top + HEADROOM, width: plotWidth, height: HEIGHT },
    xAxis: {
      gridIndex: at,
      type: 'category',
      data: labels.map((label) => tickText(label, interval)),
      axisLine: { lineStyle: { color: theme.axis } },
      axisTick: { show: true, interval: (index: number) => ticks.has(index), lineStyle: { color: theme.axis } },
      axisLabel: { color: theme.muted, fontSize: FONT_SIZE - 1, interval: (index: number) => ticks.has(index) },
      z: 3,
    },
    yAxis: dollarAxis(bars, frame),
    series: [
      ...layers.map((layer, index) => {
        const colour = colourOf(layer, index, theme);
        return crowded ? areaSeries(layer, colour, frame) : barSeries(layer, colour, frame, look);
      }),
      ...unpricedMarks(bars, frame, {
        across: false,
        rug,
        size: [crowded ? Math.max(1, plotWidth / bars.length) : columnWidth, MARK_HEIGHT],
      }),
      endLabels(labelled(stack, rug), frame, 'top'),
    ],
  };
}

function areaSeries({ label, costs }: Layer, colour: string, { at }: PanelFrame): Series {
  return {
    type: 'line',
    name: label,
    stack: `stack-${at}`,
    xAxisIndex: at,
    yAxisIndex: at,
    step: 'middle',
    symbol: 'none',
    data: costs.map(position),
    itemStyle: { color: colour },
    lineStyle: { width: 0 },
    areaStyle: { color: colour, opacity: 1 },
    emphasis: { disabled: true },
  };
}

/** The dollars of each column; of many, of the most expensive with its time. */
function labelled({ bars, by }: Stack, rug: boolean): Parameters<typeof endLabels>[0] {
  const few = bars.length <= MOST_LABELLED;
  const highest = bars.reduce((best, { cost }, at) => (cost.gt(bars[best]?.cost ?? 0) ? at : best), 0);
  return bars.flatMap((bar, at) => {
    const { label, cost, lacking } = bar;
    if (cost.eq(0) && (!few || !isLacking(bar))) return [];
    if (!few && at !== highest) return [];
    const time = few ? '' : `${timeText(label, by as TimeDimension)}: `;
    const [edge] = few ? [] : at < bars.length / 6 ? ['left'] : at > (bars.length * 5) / 6 ? ['right'] : [];
    return [
      {
        point: [at, position(cost)] as [number, number],
        text: `${time}${few ? costText(cost, lacking) : displayUsd(cost)}`,
        label: {
          ...(edge === undefined ? {} : { align: edge }),
          offset: [0, isLacking(bar) && !rug ? -MARK_HEIGHT - 2 : 0],
        },
      },
    ];
  });
}
