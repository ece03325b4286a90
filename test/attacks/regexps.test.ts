import { readFileSync } from 'node:fs';
import { analyse } from 'scslre';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

/** A regular expression where an expression may stand: after a bracket, an operator, a comma or `return`. */
const LITERAL =
  /(?<=(?:[(=,:?&|![{;>]|return)\s*)\/(?![/*])((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/g;

const files = globSync('src/**/*.ts', { ignore: '**/*.test.ts' });

const literals = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(LITERAL)].map(([, source, flags]) => ({
    file,
    expression: new RegExp(source as string, flags),
  })),
);

/** Those that are put together: noted as they are made, when their modules are loaded. */
const made: RegExp[] = [];
const MAKERS = [
  'src/bill/usage-type.ts',
  'src/prices/model-key.ts',
  'src/prices/models/family-names.ts',
  'src/prices/price-list/meter.ts',
];
const Original = RegExp;
globalThis.RegExp = new Proxy(Original, {
  construct(target, parts: [string, string?]) {
    const expression = new target(...parts);
    made.push(expression);
    return expression;
  },
});
for (const file of MAKERS) await import(`../../${file}`);
globalThis.RegExp = Original;

/** Ways in which matching takes more than a number of steps in proportion to the text. */
function reportsOf(expression: RegExp) {
  return analyse(expression).reports.map(({ type, exponential }) => ({
    type,
    exponential,
  }));
}

describe('regular expressions over what comes from outside', () => {
  it('are all found', () => {
    expect(literals.length).toBeGreaterThan(60);
    const makers = files.filter((file) => readFileSync(file, 'utf8').includes('new RegExp(')).sort();
    expect(makers).toEqual(MAKERS);
    expect(made.length).toBeGreaterThan(6);
  });

  it('would be reported if they were slow', () => {
    expect(reportsOf(/^(a+)+$/)).toContainEqual({ type: 'Self', exponential: true });
    expect(reportsOf(/\d*[0-9]*x/).length).toBeGreaterThan(0);
  });

  it.each([...literals.map(({ file, expression }) => [file, expression]), ...made.map((one) => ['made', one])] as [
    string,
    RegExp,
  ][])('%s: %s is fast on any text', (_, expression) => {
    expect(reportsOf(expression)).toEqual([]);
  });
});
