/** The formats of projected dates: of Java's DateTimeFormatter, the parts that are digits. */
import { notImitated } from '../query-error.ts';

export const UNITS = ['YEARS', 'MONTHS', 'WEEKS', 'DAYS', 'HOURS', 'MINUTES', 'SECONDS'] as const;
export type Unit = (typeof UNITS)[number];

interface Part {
  /** Which argument of Date.UTC. */
  position: number;
  digits: number;
  unit: Unit;
}

const PARTS: Readonly<Record<string, Part>> = {
  yyyy: { position: 0, digits: 4, unit: 'YEARS' },
  MM: { position: 1, digits: 2, unit: 'MONTHS' },
  dd: { position: 2, digits: 2, unit: 'DAYS' },
  HH: { position: 3, digits: 2, unit: 'HOURS' },
  mm: { position: 4, digits: 2, unit: 'MINUTES' },
  ss: { position: 5, digits: 2, unit: 'SECONDS' },
};

const TOKENS = /([A-Za-z])\1*|'([^']*)'|([^A-Za-z']+)/g;

interface Pattern {
  /** Of a regular expression. */
  source: string;
  parts: readonly Part[];
  finest: Unit;
}

export function patternOf(format: string): Pattern {
  const parts: Part[] = [];
  const source = [...format.matchAll(TOKENS)].map(([whole, letter, quotedText, rest]) => {
    if (letter === undefined) return (quotedText ?? rest ?? '').replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    const part = PARTS[whole];
    if (!part) throw notImitated(`the part '${whole}' of a projected date's format`);
    parts.push(part);
    return `\\d{${part.digits}}`;
  });
  const finest = parts.reduce<Unit>(
    (unit, part) => (UNITS.indexOf(part.unit) > UNITS.indexOf(unit) ? part.unit : unit),
    'YEARS',
  );
  return { source: source.join(''), parts, finest };
}

/** Milliseconds since 1970; undefined where the text is no such date. */
export function readDate(text: string, format: string): number | undefined {
  const { source, parts } = patternOf(format);
  const [, ...found] = new RegExp(`^${source.replaceAll(/\\d\{\d\}/g, '($&)')}$`).exec(text) ?? [];
  if (found.length !== parts.length) return undefined;
  const fields: [number, number, number, number, number, number] = [1970, 0, 1, 0, 0, 0];
  parts.forEach(({ position }, index) => {
    fields[position] = Number(found[index]) - (position === 1 ? 1 : 0);
  });
  const time = Date.UTC(...fields);
  return formatDate(time, format) === text ? time : undefined;
}

export function formatDate(time: number, format: string): string {
  const date = new Date(time);
  const fields = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return format.replace(TOKENS, (whole, letter, quotedText, rest) => {
    const part = letter === undefined ? undefined : PARTS[whole];
    return part ? String(fields[part.position]).padStart(part.digits, '0') : (quotedText ?? rest ?? '');
  });
}
