import type { XAXisComponentOption, YAXisComponentOption } from 'echarts';
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import type { GridComponentOption } from 'echarts/components';
import type { Usd } from '../domain/money.ts';
import { shortUsd } from './labels.ts';
import { type Bar, highestOf, isLacking, type Layer } from './stack.ts';
import type { Theme } from './theme.ts';

export type Series = BarSeriesOption | CustomSeriesOption | LineSeriesOption | ScatterSeriesOption;

/** One drawing of a picture. */
export interface Panel {
  height: number;
  grid: GridComponentOption;
  xAxis: XAXisComponentOption;
  yAxis: YAXisComponentOption;
  series: Series[];
}

/** Where a panel lies, and its number among the picture's. */
export interface PanelFrame {
  top: number;
  width: number;
  at: number;
  theme: Theme;
  /** What shares are of. */
  total: Usd;
}

export const FONT_SIZE = 12;

/** Names the marks of what is not known in the legend. */
export const UNPRICED = 'not known: not in the dollars';

export const EDGE = 20;

/** A place on a canvas: the only thing that dollars may be turned into floats for. */
export function position(amount: Usd): number {
  return Number(amount.toString());
}

export function colourOf({ others }: Layer, at: number, { series, others: grey }: Theme): string {
  return others ? grey : (series[at] ?? grey);
}

/**
 * Hatched stubs at the ends of bars: what is not known has no length.
 * @param mark `rug`: all on the upper edge, where the ends are too close together
 */
export function unpricedMarks(
  bars: readonly Bar[],
  { at, theme }: PanelFrame,
  { across, rug = false, size: [width, height] }: { across: boolean; rug?: boolean; size: [number, number] },
): CustomSeriesOption[] {
  const data = bars.flatMap((bar, index) =>
    isLacking(bar) ? [across ? [position(bar.cost), index] : [index, position(bar.cost)]] : [],
  );
  if (data.length === 0) return [];
  const itemStyle = {
    color: theme.background,
    borderColor: theme.muted,
    decal: { symbol: 'rect', color: theme.muted, dashArrayX: [1, 0], dashArrayY: [1.5, 2.5], rotation: -Math.PI / 4 },
  };
  return [
    {
      type: 'custom',
      name: UNPRICED,
      xAxisIndex: at,
      yAxisIndex: at,
      data,
      itemStyle,
      silent: true,
      z: 4,
      renderItem(params, api) {
        const [x = 0, end = 0] = api.coord([api.value(0), api.value(1)]);
        const y = rug ? (params.coordSys as unknown as { y: number }).y : end;
        const [left, top] = across ? [x + 2, y - height / 2] : [x - width / 2, rug ? y : y - height - 2];
        return {
          type: 'rect',
          shape: { x: left, y: top, width, height },
          style: { fill: theme.background, stroke: theme.muted, lineWidth: rug ? 0 : 1, decal: itemStyle.decal },
        };
      },
    },
  ];
}

/** Texts at the ends of bars, as labels of points that are not drawn. */
export function endLabels(
  points: readonly { point: [number, number]; text: string; label?: object }[],
  { at, theme }: PanelFrame,
  position: 'right' | 'top',
): ScatterSeriesOption {
  return {
    type: 'scatter',
    xAxisIndex: at,
    yAxisIndex: at,
    symbolSize: 0.01,
    itemStyle: { color: theme.background, opacity: 1 },
    silent: true,
    z: 5,
    data: points.map(({ point, text, label }) => ({
      value: point,
      label: {
        show: true,
        position,
        color: theme.text,
        fontSize: FONT_SIZE,
        // Lines of the grid end before a text.
        textBorderColor: theme.background,
        textBorderWidth: 3,
        formatter: () => text,
        ...label,
      },
    })),
  };
}

/** Parts of each bar, with a gap between them unless that would be all there is to see. */
export function barSeries(
  { label, costs }: Layer,
  colour: string,
  { at, theme }: PanelFrame,
  { width, gaps, highest }: { width: number; gaps: boolean; highest: Usd },
): BarSeriesOption {
  const thin = highest.times(THIN_PART);
  return {
    type: 'bar',
    name: label,
    stack: `stack-${at}`,
    xAxisIndex: at,
    yAxisIndex: at,
    barWidth: width,
    data: costs.map((cost) =>
      cost.gt(thin) ? position(cost) : { value: position(cost), itemStyle: { borderWidth: 0 } },
    ),
    itemStyle: { color: colour, ...(gaps ? { borderColor: theme.background, borderWidth: 1 } : {}) },
    emphasis: { disabled: true },
  };
}

/** Of the most expensive bar: about two pixels. */
const THIN_PART = '0.01';

/** @param end where the axis ends, if not at a round number */
export function dollarAxis(bars: readonly Bar[], { at, theme }: PanelFrame, end?: number): object {
  // Nothing has no scale.
  const empty = highestOf(bars).eq(0);
  const round = end === undefined;
  const max = empty ? 1 : end;
  return {
    gridIndex: at,
    type: 'value',
    min: 0,
    ...(max === undefined ? {} : { max }),
    splitNumber: 4,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      show: !empty,
      color: theme.muted,
      fontSize: FONT_SIZE - 1,
      formatter: shortUsd,
      ...(round ? {} : { showMaxLabel: false }),
    },
    splitLine: { show: !empty, showMaxLine: round, lineStyle: { color: theme.grid } },
  };
}
