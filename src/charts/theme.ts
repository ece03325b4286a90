/** Colours of a picture. Every one is a colour of its own, so that one picture can be turned from light to dark. */
export interface Theme {
  background: string;
  text: string;
  /** Text of less weight, and the hatching of what has no price. */
  muted: string;
  axis: string;
  grid: string;
  /** Of layers; theme.test.ts holds that each stands out from the background and from the others, for colour-blind eyes too. */
  series: readonly [string, string, string, string, string, string, string];
  others: string;
}

/** Its letters are as wide as Arial's and Helvetica's, so a picture is laid out alike with any of them. */
export const FONT_FAMILY = 'Arimo';

export type ThemeName = 'light' | 'dark';

/** After Okabe and Ito (https://jfly.uni-koeln.de/color/), darkened for white, lightened for dark. */
export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    background: '#ffffff',
    text: '#1b1f24',
    muted: '#59636e',
    axis: '#8c959f',
    grid: '#e4e8ec',
    series: ['#0072b2', '#d76c19', '#009e73', '#a8437f', '#916000', '#3d9ad3', '#5b2a86'],
    others: '#808890',
  },
  dark: {
    background: '#14181d',
    text: '#e6eaee',
    muted: '#9aa4af',
    axis: '#6b7682',
    grid: '#2a3138',
    series: ['#5294c4', '#f0803b', '#1fbf92', '#de9fd0', '#e3c52f', '#a9daf7', '#b18dfb'],
    others: '#7d8792',
  },
};

/** Light colours with the dark ones that take their place. */
export function darkened(): [light: string, dark: string][] {
  const { series: lightSeries, ...light } = THEMES.light;
  const { series: darkSeries, ...dark } = THEMES.dark;
  const names = Object.keys(light) as (keyof typeof light)[];
  return [
    ...names.map((name): [string, string] => [light[name], dark[name]]),
    ...lightSeries.map((colour, at): [string, string] => [colour, darkSeries[at] as string]),
  ];
}
