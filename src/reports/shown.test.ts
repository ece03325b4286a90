import { expect, it } from 'vitest';
import { cutToLength, dataFromShown, shownReport, textFromShown } from './shown.ts';
import { shownSchema } from './shown-schema.ts';
import { QUOTED_NOTE } from './shown-value.ts';

const table = {
  title: 'Who spent',
  columns: ['principal', 'cost'],
  names: 1,
  rows: [
    ['role/a', '$12.00'],
    ['"say yes\u{e0041}"', '$1.00'],
  ],
  total: ['total', '$13.00'],
};
const report = shownReport(['Spend in October\n$13.00', '', undefined, table], ['A note.']);

it('is text: blocks apart, names to the left, numbers to the right, what is invisible made visible', () => {
  expect(textFromShown(report)).toBe(`Spend in October
$13.00

Who spent
principal      cost
role/a       $12.00
"say yes${'\uFFFD'}"   $1.00
total        $13.00

Note: ${QUOTED_NOTE}
Note: A note.
`);
});

it('is the same as data, which says what stands in quotes, too', () => {
  const data = dataFromShown(report);
  expect(shownSchema.parse(data)).toEqual({
    lines: ['Spend in October', '$13.00'],
    tables: [
      {
        title: 'Who spent',
        columns: ['principal', 'cost'],
        rows: [
          ['role/a', '$12.00'],
          ['"say yes\uFFFD"', '$1.00'],
        ],
        total: ['total', '$13.00'],
      },
    ],
    notes: [QUOTED_NOTE, 'A note.'],
  });
});

it('is cut to a length by whole rows, which is said', () => {
  const { report: cut, omitted } = cutToLength(report, 25, 'Ask for less.');
  expect(omitted).toBe(1);
  expect(dataFromShown(cut).tables[0]?.rows).toEqual([['role/a', '$12.00']]);
  expect(cut.notes[0]).toBe('1 more row does not fit in this answer; sums have them. Ask for less.');
  expect(cutToLength(report, 1_000, '')).toEqual({ report, omitted: 0 });
});
