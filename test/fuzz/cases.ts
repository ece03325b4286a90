import fc from 'fast-check';

/** Cases of the three suites together; `FUZZ_CASES=1000000 npm run fuzz` is the long run. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 20_000);

/** The same cases each time, unless somebody asks for others. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_130);

/** @param share how many of all cases are of this kind, from 0 to 1 */
export function settings(share: number) {
  return { numRuns: Math.ceil(CASES * share), seed: SEED };
}

/** A minute for each twenty thousand cases, and one for a slow machine. */
export const PATIENCE_MS = 120_000 + CASES * 3;

/** JSON as no program writes it and any may: other order, blanks, escapes. */
export function writing(): fc.Arbitrary<(value: unknown) => string> {
  const habits = fc.record({
    blank: fc.constantFrom('', '', ' ', '\t'),
    escapes: fc.constantFrom('none', 'none', 'non-ASCII', 'some', 'slash'),
    turned: fc.boolean(),
  });
  return habits.map((how) => (value) => written(value, how));
}

interface Habits {
  blank: string;
  escapes: 'none' | 'non-ASCII' | 'some' | 'slash';
  /** Fields in the opposite order. */
  turned: boolean;
}

function written(value: unknown, how: Habits): string {
  const { blank } = how;
  const list = (open: string, parts: string[], close: string) =>
    `${open}${blank}${parts.join(`${blank},${blank}`)}${blank}${close}`;
  if (Array.isArray(value))
    return list(
      '[',
      value.map((one) => written(one, how)),
      ']',
    );
  if (value instanceof Verbatim) return value.text;
  if (typeof value === 'string') return textWritten(value, how);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined ? [] : [`${textWritten(name, namesIn(how))}${blank}:${blank}${written(field, how)}`],
  );
  return list('{', how.turned ? fields.reverse() : fields, '}');
}

/** Letters of names are nowhere escaped: what Bedrock writes is compared as it is written. */
function namesIn(how: Habits): Habits {
  return how.escapes === 'some' ? { ...how, escapes: 'none' } : how;
}

/** A value that stands in JSON as it is here: `1.0`, `1e3`. */
export class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPED: Readonly<Record<Habits['escapes'], RegExp>> = {
  none: /(?!)/g,
  'non-ASCII': /[^ -~]/g,
  some: /[aeiouTC]/g,
  slash: /\//g,
};

function textWritten(text: string, { escapes }: Habits): string {
  return JSON.stringify(text).replace(ESCAPED[escapes], (unit, place: number, whole: string) => {
    if (unit === '/') return '\\/';
    // A letter may be part of an escape already.
    if (escapes === 'some' && /\\(?:u[0-9a-f]{0,3})?$/.test(whole.slice(Math.max(0, place - 5), place))) return unit;
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
