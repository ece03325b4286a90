import { describe, expect, it } from 'vitest';
import {
  askedFromHash,
  askedFromQuestion,
  daysOf,
  drilled,
  hashFromQuestion,
  hoursOf,
  intervalOf,
  lastDaysOf,
  periodOfDays,
  type Question,
  questionFromAsked,
  wholeDaysOf,
  withoutFilter,
  withTimezone,
} from './question.ts';

const OCTOBER = { first: Date.parse('2026-10-01T00:14:22Z'), last: Date.parse('2026-10-31T23:58:05Z') };
const NOW = Date.parse('2026-11-28T12:00:00Z');

function question(asked: Parameters<typeof questionFromAsked>[0] = {}): Question {
  return questionFromAsked(asked, OCTOBER, NOW);
}

describe('a question', () => {
  it('opens with all days of the logs, by model, per day', () => {
    expect(askedFromQuestion(question())).toEqual({
      from: '2026-10-01T00:00:00Z',
      to: '2026-11-01T00:00:00Z',
      timezone: 'UTC',
    });
    expect(question()).toMatchObject({ by: 'model', interval: 'day', where: [] });
  });

  it('opens with the last thirty days of logs that are longer than a quarter', () => {
    const { period } = questionFromAsked({}, { ...OCTOBER, first: Date.parse('2026-01-05T00:00:00Z') }, NOW);
    expect(daysOf(period)).toEqual({ first: '2026-10-02', last: '2026-10-31' });
  });

  it('opens with today where the logs are empty', () => {
    expect(daysOf(questionFromAsked({}, undefined, NOW).period)).toEqual({ first: '2026-11-28', last: '2026-11-28' });
  });

  it('takes what it was asked with', () => {
    const asked = { by: 'principal', from: '2026-10-14', to: '2026-10-15', timezone: 'Europe/Berlin', where: ['a=b'] };
    expect(question(asked)).toMatchObject({ by: 'principal', interval: 'hour', where: ['a=b'] });
    expect(askedFromQuestion(question(asked))).toEqual({
      from: '2026-10-14T00:00:00+02:00',
      to: '2026-10-15T00:00:00+02:00',
      timezone: 'Europe/Berlin',
      where: ['a=b'],
    });
  });

  it('refuses a date that is none', () => {
    expect(() => question({ from: 'soon' })).toThrow(/Cannot read the date "soon"/);
  });

  it('goes from what to who, which of them, how and how it ended, and never back', () => {
    const steps = ['principal', 'session', 'operation', 'status', 'status'];
    let next = question();
    for (const by of steps) {
      next = drilled(next, `some ${next.by}`);
      expect(next.by).toBe(by);
    }
    expect(next.where.slice(0, 2)).toEqual(['model=some model', 'principal=some principal']);
    expect(withoutFilter(next, 'model=some model').where[0]).toBe('principal=some principal');
  });

  it('keeps a value with an equals sign whole', () => {
    expect(drilled(question({ by: 'metadata.team' }), 'a=b').where).toEqual(['metadata.team=a=b']);
  });

  it('comes back from its address', () => {
    const there = question({ by: 'tag.team', where: ['model=a&b', 'metadata.x=ü = ?#'], timezone: 'Asia/Tokyo' });
    expect(question(askedFromHash(`#${hashFromQuestion(there)}`))).toEqual(there);
  });

  it('ignores what no address of its own says', () => {
    expect(question(askedFromHash('#interval=decade&where=nonsense&by='))).toEqual(question());
  });
});

describe('a period', () => {
  it.each([
    [1, 'hour'],
    [3, 'hour'],
    [4, 'day'],
    [100, 'day'],
    [101, 'week'],
    [701, 'month'],
  ] as const)('of %i days is cut by %s', (days, interval) => {
    expect(intervalOf({ from: 0, to: days * 86_400_000, timezone: 'UTC' })).toBe(interval);
  });

  it('of days has the first and the last in it, whatever the clocks do', () => {
    const period = periodOfDays('2026-10-20', '2026-10-25', 'Europe/Berlin');
    expect((period.to - period.from) / 3_600_000).toBe(6 * 24 + 1);
    expect(daysOf(period)).toEqual({ first: '2026-10-20', last: '2026-10-25' });
    expect(daysOf(lastDaysOf(period, 3))).toEqual({ first: '2026-10-23', last: '2026-10-25' });
    expect(lastDaysOf(period, 99)).toEqual(period);
  });

  it('of hours says which, and gives way to its days', () => {
    const { period } = question({ from: '2026-10-14T03:00', to: '2026-10-14T04:00', timezone: 'Europe/Berlin' });
    expect(hoursOf(period)).toBe('2026-10-14 03:00 to 04:00');
    expect(hoursOf(wholeDaysOf(period))).toBeUndefined();
    expect(daysOf(wholeDaysOf(period))).toEqual({ first: '2026-10-14', last: '2026-10-14' });
    const { period: long } = question({ from: '2026-10-14T22:00', to: '2026-10-15T02:00' });
    expect(hoursOf(long)).toBe('2026-10-14 22:00 to 2026-10-15 02:00');
  });

  it('keeps its days in another timezone', () => {
    const moved = withTimezone(question({ from: '2026-10-20', to: '2026-10-22' }), 'America/New_York');
    expect(askedFromQuestion(moved)).toMatchObject({
      from: '2026-10-20T00:00:00-04:00',
      to: '2026-10-22T00:00:00-04:00',
    });
  });
});
