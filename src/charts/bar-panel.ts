import type { Usd } from '../domain/money.ts';
import { costText, shareText, shortened } from './labels.ts';
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
  unpricedMarks,
} from './panel.ts';
import { type Bar, highestOf, isLacking, type Stack } from './stack.ts';

const BAR = { pitch: 27, width: 17, mark: 12 };
const MOST_NAME_CHARACTERS = 42;
const AXIS_HEIGHT = 26;

/** A breakdown as bars that lie, most expensive on top, with their names before and their dollars behind them. */
export function barPanel({ bars, layers }: Stack, frame: PanelFrame): Panel {
  const { top, at, theme, total } = frame;
  const names = bars.map(({ label }) => shortened(label, MOST_NAME_CHARACTERS));
  const texts = bars.map(({ cost, lacking }) =>
    [costText(cost, lacking), shareText(cost, total)].filter(Boolean).join('   '),
  );
  const left = EDGE + Math.max(...names.map(roomFor)) + 8;
  const highest = highestOf(bars);
  const width = longestBar(bars, texts, frame.width - left - EDGE, highest);
  const height = bars.length * BAR.pitch;
  return {
    height: height + AXIS_HEIGHT,
    grid: { left, top, width, height },
    xAxis: {
      ...dollarAxis(bars, frame, highest.gt(0) ? position(highest) : undefined),
    },
    yAxis: {
      gridIndex: at,
      type: 'category',
      inverse: true,
      data: names,
      axisLine: { lineStyle: { color: theme.axis } },
      axisTick: { show: false },
      axisLabel: { color: theme.text, fontSize: FONT_SIZE, interval: 0 },
      z: 3,
    },
    series: [
      ...layers.map((layer, index) =>
        barSeries(layer, colourOf(layer, index, theme), frame, { width: BAR.width, gaps: layers.length > 1, highest }),
      ),
      ...unpricedMarks(bars, frame, { across: true, size: [BAR.mark, BAR.width] }),
      endLabels(
        bars.map((bar, index) => ({
          point: [position(bar.cost), index],
          text: texts[index] as string,
          label: { offset: [isLacking(bar) ? BAR.mark + 3 : 0, 0] },
        })),
        frame,
        'right',
      ),
    ],
  };
}

/** So long that each bar has room for its text behind it. */
function longestBar(bars: readonly Bar[], texts: readonly string[], room: number, highest: Usd): number {
  const lengths = bars.map((bar, at) => {
    const { cost } = bar;
    const behind = roomFor(texts[at] as string) + (isLacking(bar) ? BAR.mark : 0) + 10;
    return cost.eq(0) ? room - behind : (room - behind) / position(cost.div(highest));
  });
  return Math.max(120, Math.min(room, ...lengths));
}

/** Of letters as wide as Arial's, a little more than they need. */
function roomFor(text: string): number {
  return Math.ceil(text.length * FONT_SIZE * 0.56);
}
