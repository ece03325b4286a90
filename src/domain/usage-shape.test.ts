import { describe, expect, it } from 'vitest';
import { EXPECTED_COUNTERS } from './usage-class.ts';
import { ALL_STATED, ALL_USED, SHAPE_BITS, unstated, withEnd } from './usage-shape.ts';

describe('the end of a call', () => {
  const first = EXPECTED_COUNTERS[0] as (typeof EXPECTED_COUNTERS)[number];

  it('says nothing where all counts are stated and something was used', () => {
    expect(withEnd(ALL_STATED + ALL_USED, true)).toBe(ALL_STATED + ALL_USED);
  });

  it('matters where a count is left open, and leaves it open where something was used', () => {
    const open = ALL_STATED - SHAPE_BITS.stated[first] + ALL_USED;
    expect(withEnd(open, true)).toBe(open | SHAPE_BITS.ended);
    expect(unstated(withEnd(open, true))).toEqual([first]);
  });

  it('closes all counts where nothing was used', () => {
    expect(unstated(withEnd(0, true))).toEqual([]);
    expect(unstated(0)).toEqual([...EXPECTED_COUNTERS]);
  });
});
