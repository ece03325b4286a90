import { expect, it } from 'vitest';
import { tierOfAlias } from './alias.ts';

it.each([
  ['provisioned-model/abc', undefined, 'provisioned'],
  ['provisioned-model/abc', 'custom-model', 'provisioned'],
  ['custom-model-deployment/abc', 'custom-model', 'custom-model'],
  ['application-inference-profile/abc', undefined, undefined],
])('calls through %s, whose alias says %s, are of the tier %s', (unresolved, tier, expected) => {
  expect(tierOfAlias({ unresolved, model: 'a.b', name: undefined, tags: {}, tier })).toBe(expected);
});
