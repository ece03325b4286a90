import { AriaComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { Report } from '../reports/report.ts';
import { type Chart, type ChartChoices, chartFromReport } from './chart.ts';
import { CHART_PARTS } from './parts.ts';
import { darkened, type ThemeName } from './theme.ts';

use([...CHART_PARTS, AriaComponent]);

export interface SvgChoices extends Omit<ChartChoices, 'theme'> {
  /** `auto`: light, and dark where the reader's screen is. */
  theme?: ThemeName | 'auto';
}

/** A report as an SVG document. */
export function svgFromReport(report: Report, { theme = 'auto', ...choices }: SvgChoices = {}): string {
  return svgFromChart(chartFromReport(report, { ...choices, theme: theme === 'auto' ? 'light' : theme }), theme);
}

export function svgFromChart(chart: Chart, theme: SvgChoices['theme']): string {
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width: chart.width, height: chart.height });
  try {
    drawn.setOption(chart.option);
    const head = `<title>${escaped(chart.title)}</title>${theme === 'auto' ? DARK_STYLE : ''}`;
    return (
      drawn
        .renderToSVGString()
        // Numbered by how many were drawn before: the same report is to be the same document.
        .replaceAll(/\bzr\d+-/g, 'c-')
        // Only a page with ECharts in it could use these.
        .replaceAll(/ (ecmeta_\w+|class)="[^"]*"/g, '')
        .replace(/<style ><!\[CDATA\[[\s\S]*?\]\]>\s*<\/style>\n?/, '')
        .replace(/^<svg [^>]*>/, (tag) => `${tag.slice(0, -1)} role="img">\n${head}`)
    );
  } finally {
    drawn.dispose();
  }
}

/** Colours stand in attributes, which a style outranks. A reader that knows no such style shows the light picture. */
const DARK_STYLE = `<style>@media (prefers-color-scheme: dark) {${darkened()
  .map(([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`)
  .join('')}}</style>`;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
