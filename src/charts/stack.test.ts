import { describe, expect, it } from 'vitest';
import { limitRows } from '../../test/helpers/at-once.ts';
import { reportOf, type Spent } from '../../test/helpers/report.ts';
import { textFromUsd } from '../domain/money.ts';
import type { Report, Table } from '../reports/report.ts';
import { type Stack, stackFromTable } from './stack.ts';

const LIMITS = { bars: 3, layers: 2, times: 40 };

function stackOf(report: Report, limits = LIMITS): Stack {
  return stackFromTable(report.tables[0] as Table, report.period, limits);
}

/** As text, so that a failure can be read. */
function told({ by, bars, layers }: Stack) {
  return {
    by,
    bars: bars.map(({ label, cost, lacking }) => [label, textFromUsd(cost), lacking.price]),
    layers: layers.map(({ label, costs }) => [label, ...costs.map(textFromUsd)]),
  };
}

const spent = (names: string, cost: string, unpriced = 0): Spent => {
  const [principal = '', model = ''] = names.split(' ');
  return { key: { principal, model }, cost, unpriced };
};

describe('a stack', () => {
  it('adds rows up by their first dimension, most expensive first, in layers of the second', () => {
    const rows = [spent('a opus', '0.1'), spent('b opus', '0.25'), spent('a haiku', '0.2', 3)];
    expect(told(stackOf(reportOf(['principal', 'model'], rows)))).toEqual({
      by: 'principal',
      bars: [
        ['a', '0.3', 3],
        ['b', '0.25', 0],
      ],
      layers: [
        ['opus', '0.1', '0.25'],
        ['haiku', '0.2', '0'],
      ],
    });
  });

  it('adds up what is too much to tell apart, and shows one alone by its name', () => {
    const rows = ['a', 'b', 'c', 'd', 'e'].map((name, at) => spent(`${name} m${at}`, `${9 - at}`));
    const { bars, layers } = told(stackOf(reportOf(['principal', 'model'], rows)));
    expect(bars.at(-1)).toEqual(['2 others', '11', 0]);
    expect(layers.map(([label]) => label)).toEqual(['m0', 'm1', '3 others']);
    const four = told(stackOf(reportOf(['principal'], rows.slice(0, 4))));
    expect(four.bars.map(([label]) => label)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has rows that a limit cut off among the others', () => {
    const rows = ['a', 'b', 'c'].map((name, at) => spent(name, `${3 - at}`, at));
    const stack = told(stackOf(limitRows(reportOf(['principal'], rows), 1)));
    expect(stack.bars).toEqual([
      ['a', '3', 0],
      ['others', '3', 3],
    ]);
  });

  it('has every day of the period, with or without usage', () => {
    const { by, bars } = stackOf(reportOf(['day'], [{ key: { day: '2026-10-14' }, cost: '7' }]));
    expect(by).toBe('day');
    expect(bars.map(({ label }) => label)).toHaveLength(31);
    expect(bars.filter(({ cost }) => cost.gt(0)).map(({ label }) => label)).toEqual(['2026-10-14']);
  });

  it('cuts hours as the report does, through a change of clocks', () => {
    const period = { from: '2026-10-25T00:00:00+02:00', to: '2026-10-26T00:00:00+01:00', timezone: 'Europe/Berlin' };
    const { bars } = stackOf(reportOf(['hour'], [], { period }));
    expect(bars).toHaveLength(25);
    expect(bars.map(({ label }) => label.slice(11)).slice(1, 5)).toEqual([
      '01:00+02:00',
      '02:00+02:00',
      '02:00+01:00',
      '03:00+01:00',
    ]);
  });

  it('draws days where there are too many hours', () => {
    const hours = ['2026-10-14T05:00Z', '2026-10-14T06:00Z', '2026-10-15T06:00Z'];
    const report = reportOf(
      ['hour'],
      hours.map((hour) => ({ key: { hour }, cost: '0.1' })),
    );
    const { by, bars } = told(stackOf(report));
    expect(by).toBe('day');
    expect(bars).toHaveLength(31);
    expect(bars.filter(([, cost]) => cost !== '0')).toEqual([
      ['2026-10-14', '0.2', 0],
      ['2026-10-15', '0.1', 0],
    ]);
  });

  it('ends where a limit cut later times off', () => {
    const days = ['2026-10-01', '2026-10-02', '2026-10-03'].map((day) => ({ key: { day }, cost: '1' }));
    expect(stackOf(limitRows(reportOf(['day'], days), 2)).bars.map(({ label }) => label)).toEqual([
      '2026-10-01',
      '2026-10-02',
    ]);
  });

  it('draws times that lie outside of the period, too', () => {
    const { bars } = told(stackOf(reportOf(['day'], [{ key: { day: '2026-11-01' }, cost: '7' }])));
    expect(bars.slice(-2)).toEqual([
      ['2026-10-31', '0', 0],
      ['2026-11-01', '7', 0],
    ]);
  });

  it('takes the finest of several times, wherever they stand', () => {
    const key = { model: 'opus', month: '2026-10', day: '2026-10-02' };
    const { by, layers } = stackOf(reportOf(['model', 'month', 'day'], [{ key, cost: '1' }]));
    expect([by, layers.map(({ label }) => label)]).toEqual(['day', ['opus']]);
  });

  it('keeps names from breaking a document', () => {
    const { bars } = stackOf(reportOf(['principal'], [{ key: { principal: 'a\u0000\u202E\nb\uD800' }, cost: '1' }]));
    expect(bars.map(({ label }) => label)).toEqual(['a\uFFFD\uFFFD b\uFFFD']);
  });
});
