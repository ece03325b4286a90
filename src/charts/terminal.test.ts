import { describe, expect, it } from 'vitest';
import { reportOf } from '../../test/helpers/report.ts';
import type { Report, Table } from '../reports/report.ts';
import { drawingFromTable } from './terminal.ts';

const draw = (report: Report, columns = 60) => drawingFromTable(report.tables[0] as Table, report, columns);

const principal = (name: string, cost: string, unpriced = 0) => ({ key: { principal: name }, cost, unpriced });

describe('a drawing of characters', () => {
  it('has a bar for each row, with its dollars and share', () => {
    const report = reportOf(
      ['principal'],
      [principal('role/a', '80'), principal('b', '19.9', 3), principal('c', '0.1'), principal('free', '0')],
    );
    expect(draw(report)).toBe(
      [
        'role/a  ██████████████████████ $80.00  80.0 %',
        'b       █████▌░ $19.90 + 3 unpriced  19.9 %',
        'c       ▏ $0.10  0.1 %',
        'free     $0.00',
      ].join('\n'),
    );
  });

  it('shortens names until it fits', () => {
    const report = reportOf(['principal'], [principal(`role/${'x'.repeat(80)}`, '1'), principal('b', '2')]);
    expect(
      draw(report)
        .split('\n')
        .filter((line) => line.length >= 60),
    ).toEqual([]);
  });

  it('has a column for each day, with the most expensive said', () => {
    const period = { from: '2026-10-01T00:00:00Z', to: '2026-10-05T00:00:00Z', timezone: 'UTC' };
    const spent = ['8', '1', '0', '0.01'].map((cost, at) => ({ key: { day: `2026-10-0${at + 1}` }, cost }));
    expect(draw(reportOf(['day'], spent, { period }))).toBe(
      [
        '    $8 ┤█████',
        ...Array.from({ length: 6 }, () => '       ┤█████'),
        '    $0 ┤█████ █████       ▁▁▁▁▁',
        '        Oct 1       Oct 3',
        'Most in a day: $8.00, Oct 1',
      ].join('\n'),
    );
  });

  it('has a line for each layer over time, all on one scale', () => {
    const period = { from: '2026-10-01T00:00:00Z', to: '2026-10-04T00:00:00Z', timezone: 'UTC' };
    const spent = [
      { key: { day: '2026-10-01', model: 'opus' }, cost: '4' },
      { key: { day: '2026-10-03', model: 'opus' }, cost: '8' },
      { key: { day: '2026-10-02', model: 'haiku' }, cost: '0.01' },
    ];
    expect(draw(reportOf(['day', 'model'], spent, { period }))).toBe(
      [
        'opus   ▅ █  $12.00',
        'haiku   ▁   $0.01',
        '       Oct 1 to Oct 3, each day',
        'Most in a day: $8.00, Oct 3',
      ].join('\n'),
    );
  });

  it('says that there is nothing', () => {
    expect([draw(reportOf(['model'], [])), draw(reportOf(['day'], []))]).toEqual(['(no usage)', '(no usage)']);
  });

  it('never writes a control character', () => {
    expect(draw(reportOf(['principal'], [principal('a\u001B[31mred', '1')]))).not.toMatch(/[^\P{Cc}\n]/u);
  });
});
