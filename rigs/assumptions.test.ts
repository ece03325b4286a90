import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ASSUMPTIONS, type Assumption, ATHENA_SWITCHES, LOGS_SWITCHES } from './assumptions.ts';
import { DEFAULT_ASSUMPTIONS as ATHENA } from './athena/assumptions.ts';
import { DEFAULT_ASSUMPTIONS as LOGS } from './cloudwatch-logs/assumptions.ts';
import { askedOfAws } from './recorded.ts';

const all = Object.values(ASSUMPTIONS).flatMap((assumptions) => Object.entries(assumptions));

it('each has a name of its own', () => {
  expect(all.length).toBeGreaterThan(50);
  expect(new Set(all.map(([id]) => id)).size).toBe(all.length);
});

it('each is asked by one check of scripts/try-on-aws.py, or says why by none', () => {
  const { checks, unasked } = askedOfAws();
  const named = [...Object.values(checks).flat(), ...Object.keys(unasked)];
  expect(named.sort()).toEqual(all.map(([id]) => id).sort());
  expect(Object.values(unasked).every((why) => why.length > 8)).toBe(true);
});

it.each(all)(
  '%s: names files that are there, and a page or that there is none',
  (_, [says, page, source, test, wrong]) => {
    expect([source, test].filter((file) => !existsSync(file))).toEqual([]);
    expect(page).toMatch(/^(https:\/\/\S+\.|not documented)/);
    expect([says, wrong].map((text) => text.trim().length > 3 && !text.includes('\n'))).toEqual([true, true]);
  },
);

it.each<[string, object, Readonly<Record<string, Assumption>>]>([
  ['CloudWatch Logs', LOGS, LOGS_SWITCHES],
  ['Athena', ATHENA, ATHENA_SWITCHES],
])('the switches of %s are those of the list, and each is turned by the test it names', (group, switches, listed) => {
  expect(Object.keys(listed).sort()).toEqual(Object.keys(switches).sort());
  expect(ASSUMPTIONS[group]).toMatchObject(listed);
  const unturned = Object.entries(listed).filter(([name, [, , , test]]) => !readFileSync(test, 'utf8').includes(name));
  expect(unturned.map(([name]) => name)).toEqual([]);
});
