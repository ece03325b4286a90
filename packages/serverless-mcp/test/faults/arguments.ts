import { parseArgs } from 'node:util';

/** Whole numbers from the command line, by the names and with the defaults given: `--requests 300`. */
export function numbersFromArguments<Name extends string>(defaults: Record<Name, number>): Record<Name, number> {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const given = Object.entries(values).map(([name, text]) => [name, Number(text)] as const);
  for (const [name, value] of given) if (!Number.isInteger(value)) throw new TypeError(`--${name}: not a whole number`);
  return { ...defaults, ...Object.fromEntries(given) };
}
