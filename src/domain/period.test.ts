import { describe, expect, it } from 'vitest';
import {
  bucketsFromPeriod,
  checkPeriod,
  isoFromMoment,
  lastDays,
  momentFromText,
  periodBefore,
  wholeDays,
} from './period.ts';

const utc = (text: string) => Date.parse(text);

describe('momentFromText', () => {
  it.each([
    ['2026-10-01', 'UTC', '2026-10-01T00:00:00Z'],
    ['2026-10-01', 'Europe/Berlin', '2026-09-30T22:00:00Z'],
    ['2026-10-01T08:30', 'Asia/Kolkata', '2026-10-01T03:00:00Z'],
    ['2026-10-01T00:00:00Z', 'Europe/Berlin', '2026-10-01T00:00:00Z'],
    ['2026-10-01T00:00:00+09:00', 'UTC', '2026-09-30T15:00:00Z'],
  ])('reads %s in %s', (text, timezone, expected) => {
    expect(momentFromText(text, timezone)).toBe(utc(expected));
  });

  it.each(['yesterday', '2026-13-01', '', '2026-02-30'])('says how to write what it cannot read: %s', (text) => {
    expect(() => momentFromText(text, 'UTC')).toThrow(/Write 2026-10-01/);
  });

  it('names a timezone that does not exist', () => {
    expect(() => momentFromText('2026-10-01', 'Mars/Olympus')).toThrow(/no timezone "Mars\/Olympus"/);
  });
});

describe('checkPeriod', () => {
  it('refuses a period that ends where it begins', () => {
    expect(() => checkPeriod({ from: 0, to: 0, timezone: 'UTC' })).toThrow(/must come before/);
  });
});

describe('periodBefore', () => {
  const period = (from: string, to: string, timezone = 'UTC') => ({ from: utc(from), to: utc(to), timezone });

  it.each([
    ['days', period('2026-10-08T00:00:00Z', '2026-10-15T00:00:00Z'), '2026-10-01T00:00:00Z'],
    ['hours', period('2026-10-08T06:00:00Z', '2026-10-08T09:00:00Z'), '2026-10-08T03:00:00Z'],
    ['days and hours', period('2026-10-08T00:00:00Z', '2026-10-09T12:00:00Z'), '2026-10-06T12:00:00Z'],
    // Midnight in London, not in Berlin.
    [
      'hours elsewhere',
      period('2026-10-08T00:00:00Z', '2026-10-09T00:00:00Z', 'Europe/Berlin'),
      '2026-10-07T00:00:00Z',
    ],
    // Clocks go back on the 25th: the day before has 24 hours.
    [
      'a day of 25 hours',
      period('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 'Europe/Berlin'),
      '2026-10-23T22:00:00Z',
    ],
  ])('is as long, and ends where it begins: %s', (_, given, from) => {
    expect(periodBefore(given)).toEqual({ from: utc(from), to: given.from, timezone: given.timezone });
  });
});

describe('bucketsFromPeriod', () => {
  const berlin = (from: string, to: string) => ({
    from: momentFromText(from, 'Europe/Berlin'),
    to: momentFromText(to, 'Europe/Berlin'),
    timezone: 'Europe/Berlin',
  });

  it('gives the day clocks go back 25 hours', () => {
    const [day] = bucketsFromPeriod('day', berlin('2026-10-25', '2026-10-26'));
    expect(day).toEqual({ label: '2026-10-25', from: utc('2026-10-24T22:00:00Z'), to: utc('2026-10-25T23:00:00Z') });
  });

  it('tells the two hours of one name apart by their offset', () => {
    const labels = bucketsFromPeriod('hour', berlin('2026-10-25', '2026-10-26')).map(({ label }) => label);
    expect(labels).toHaveLength(25);
    expect(labels.slice(2, 4)).toEqual(['2026-10-25T02:00+02:00', '2026-10-25T02:00+01:00']);
  });

  it('leaves out the hour that clocks skip in spring', () => {
    const labels = bucketsFromPeriod('hour', berlin('2026-03-29', '2026-03-30')).map(({ label }) => label);
    expect(labels).toHaveLength(23);
    expect(labels.slice(1, 3)).toEqual(['2026-03-29T01:00+01:00', '2026-03-29T03:00+02:00']);
  });

  it('cuts the first and last cell to the period', () => {
    const period = { from: utc('2026-10-01T06:00:00Z'), to: utc('2026-10-02T01:00:00Z'), timezone: 'UTC' };
    expect(bucketsFromPeriod('day', period)).toEqual([
      { label: '2026-10-01', from: utc('2026-10-01T06:00:00Z'), to: utc('2026-10-02T00:00:00Z') },
      { label: '2026-10-02', from: utc('2026-10-02T00:00:00Z'), to: utc('2026-10-02T01:00:00Z') },
    ]);
  });

  it('names weeks by their Monday and months by their number', () => {
    const period = { from: utc('2026-10-01T00:00:00Z'), to: utc('2026-11-01T00:00:00Z'), timezone: 'UTC' };
    expect(bucketsFromPeriod('week', period).map(({ label }) => label)).toEqual([
      '2026-09-28',
      '2026-10-05',
      '2026-10-12',
      '2026-10-19',
      '2026-10-26',
    ]);
    expect(bucketsFromPeriod('month', period).map(({ label }) => label)).toEqual(['2026-10']);
  });

  it('refuses more cells than anybody reads', () => {
    const period = { from: 0, to: utc('2026-11-01T00:00:00Z'), timezone: 'UTC' };
    const asked = () => bucketsFromPeriod('hour', period);
    expect(asked).toThrow(/such as from 2\d{3}-\d\d-\d\d, or by a longer interval/);
    expect(asked).toThrow(expect.objectContaining({ code: 'INVALID_PERIOD' }));
  });

  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Australia/Lord_Howe'])(
    'covers a year in %s without gap or overlap',
    (timezone) => {
      const period = {
        from: momentFromText('2026-01-01', timezone),
        to: momentFromText('2027-01-01', timezone),
        timezone,
      };
      const hours = bucketsFromPeriod('hour', period);
      expect(hours[0]?.from).toBe(period.from);
      expect(hours.at(-1)?.to).toBe(period.to);
      expect(hours.slice(1).map(({ from }) => from)).toEqual(hours.slice(0, -1).map(({ to }) => to));
      expect(new Set(hours.map(({ label }) => label)).size).toBe(hours.length);
    },
  );
});

describe('days', () => {
  it('are whole around the data', () => {
    expect(wholeDays(utc('2026-10-01T05:00:00Z'), utc('2026-10-03T00:00:00Z'), 'UTC')).toEqual({
      from: utc('2026-10-01T00:00:00Z'),
      to: utc('2026-10-04T00:00:00Z'),
      timezone: 'UTC',
    });
  });

  it('looked back from now include today', () => {
    expect(lastDays(7, utc('2026-11-23T15:00:00Z'), 'UTC')).toEqual({
      from: utc('2026-11-16T00:00:00Z'),
      to: utc('2026-11-24T00:00:00Z'),
      timezone: 'UTC',
    });
  });

  it('are written with the offset of their timezone', () => {
    expect(isoFromMoment(utc('2026-10-01T00:00:00Z'))).toBe('2026-10-01T00:00:00Z');
    expect(isoFromMoment(utc('2026-10-01T00:00:00Z'), 'Europe/Berlin')).toBe('2026-10-01T02:00:00+02:00');
    expect(isoFromMoment(utc('2026-11-01T00:00:00Z'), 'Europe/London')).toBe('2026-11-01T00:00:00+00:00');
  });
});
