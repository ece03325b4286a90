import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';
import { COUNT_PLACES, DETAILS, LIFETIMES, TOTAL } from './count-table.ts';

/** Words of one part, such as `ttl`, can be anybody's. */
const NAMES = [...new Set(textsIn([COUNT_PLACES, DETAILS, LIFETIMES, TOTAL]))].filter((text) => /\w[_A-Z]/.test(text));

/** Our own measures and parameters are called so, too. */
const OURS = 'src/{domain,charts,cli,mcp,prices,reports}/**';
const SHARED: Readonly<Record<string, string>> = { input_tokens: OURS, output_tokens: OURS, prompt_tokens: OURS };

function textsIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(textsIn);
}

it.each(NAMES)('%s stands in the table alone', (name) => {
  // Bills have names of their own, some of them the same.
  const ignore = ['**/*.test.ts', 'src/logs/count-table.ts', 'src/bill/usage-type.ts', SHARED[name] ?? ''];
  // Athena has keys in lower case.
  const word = new RegExp(`(?<![\\w$])${name}\\b`, 'i');
  const files = globSync('src/**/*.{ts,tsx}', { ignore }).filter((file) => word.test(readFileSync(file, 'utf8')));
  expect(files).toEqual([]);
});
