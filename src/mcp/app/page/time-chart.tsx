import { TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { useEffect, useRef } from 'preact/hooks';
import { chartFromReport } from '../../../charts/chart.ts';
import { costText } from '../../../charts/labels.ts';
import { CHART_PARTS } from '../../../charts/parts.ts';
import type { Bar } from '../../../charts/stack.ts';
import { THEMES, type ThemeName } from '../../../charts/theme.ts';
import { displayUsd } from '../../../domain/money.ts';
import { reportFromFlat } from '../../../reports/flat-report.ts';
import type { FlatReport } from '../../../reports/report.ts';
import { stackOf } from './stack-of.ts';

use([...CHART_PARTS, TooltipComponent]);

interface TimeChartProps {
  report: FlatReport;
  theme: ThemeName;
  width: number;
  /** A stretch of time was chosen; counted from the first. */
  onChoose: (column: number) => void;
}

/** Layers of a column that its tooltip names. */
const TOOLTIP_LAYERS = 8;

/** Spend over time. The table below it says the same to those who do not see it. */
export function TimeChart({ report: flat, theme, width, onChoose }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chosen = useRef(onChoose);
  chosen.current = onChoose;
  const report = reportFromFlat('Spend over time', flat);
  const chart = chartFromReport(report, { theme, width, bare: true });

  useEffect(() => {
    if (place.current === null) return;
    const drawn = init(place.current, null, { renderer: 'svg', width: chart.width, height: chart.height });
    drawn.setOption({ ...chart.option, tooltip: tooltipOf(flat, theme) });
    onColumn(drawn, (column) => chosen.current(column));
    return () => drawn.dispose();
  }, [flat, theme, width]);

  return <div class="chart" ref={place} role="img" aria-label={chart.title} style={{ height: `${chart.height}px` }} />;
}

/** Anywhere above or below a column is meant for it: of a small one there is little to hit. */
function onColumn(drawn: EChartsType, choose: (column: number) => void): void {
  const columnAt = ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
    const point = [offsetX, offsetY];
    if (!drawn.containPixel({ gridIndex: 0 }, point)) return undefined;
    return (drawn.convertFromPixel({ gridIndex: 0 }, point) as number[])[0];
  };
  const canvas = drawn.getZr();
  canvas.on('click', (event) => {
    const column = columnAt(event);
    if (column !== undefined) choose(column);
  });
  canvas.on('mousemove', (event) => canvas.setCursorStyle(columnAt(event) === undefined ? 'default' : 'pointer'));
}

/** Drawn, not made of HTML: a strict content security policy keeps out ECharts’ styles. */
function tooltipOf(flat: FlatReport, name: ThemeName): object {
  const theme = THEMES[name];
  const { bars, layers } = stackOf(flat);
  const split = layers.length > 1;
  return {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    axisPointer: { type: 'shadow', shadowStyle: { color: theme.muted, opacity: 0.15 } },
    backgroundColor: theme.background,
    borderColor: theme.axis,
    textStyle: { color: theme.text, fontSize: 12, lineHeight: 17 },
    formatter(shown: { dataIndex: number }[]) {
      const at = shown[0]?.dataIndex ?? 0;
      const { label, cost, lacking } = bars[at] as Bar;
      const parts = layers
        .flatMap(({ label: part, costs }) => (split && costs[at]?.gt(0) ? [{ part, cost: costs[at] }] : []))
        .sort((a, b) => b.cost.cmp(a.cost))
        .slice(0, TOOLTIP_LAYERS);
      const lines = parts.map((part) => `${displayUsd(part.cost)}  ${plain(part.part)}`);
      return [`${label}   ${costText(cost, lacking)}`, ...lines].join('\n');
    },
  };
}

/** ECharts reads braces in a drawn text as the name of a style. */
function plain(text: string): string {
  return text.replaceAll('{', '(').replaceAll('|', '/').replaceAll('}', ')');
}
