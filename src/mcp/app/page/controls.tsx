import { useState } from 'preact/hooks';
import type { TimeDimension } from '../../../domain/dimension.ts';
import type { Known } from './answers.ts';
import {
  daysOf,
  lastDaysOf,
  periodOfDays,
  periodOfExtent,
  type Question,
  withPeriod,
  withTimezone,
} from './question.ts';
import { clean } from './text.ts';

interface ControlsProps {
  question: Question;
  known: Known;
  /** The reader's own. */
  timezone: string;
  onAsk: (question: Question) => void;
}

const INTERVALS = ['hour', 'day', 'week', 'month'] as const;

export function Controls({ question, known, timezone, onAsk }: ControlsProps) {
  const zones = [...new Set(['UTC', timezone, question.period.timezone])];
  const names = known.dimensions.map(({ name }) => name);
  return (
    <div class="controls">
      <label>
        Spend by
        <select value={question.by} onChange={({ currentTarget }) => onAsk({ ...question, by: currentTarget.value })}>
          {(names.includes(question.by) ? names : [...names, question.by]).map((name) => (
            <option key={name} value={name}>
              {clean(name)}
            </option>
          ))}
        </select>
      </label>
      <label>
        per
        <select
          value={question.interval}
          onChange={({ currentTarget }) => onAsk({ ...question, interval: currentTarget.value as TimeDimension })}
        >
          {INTERVALS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Days question={question} onAsk={onAsk} />
      <Stretches question={question} known={known} onAsk={onAsk} />
      <label>
        days in
        <select
          value={question.period.timezone}
          onChange={({ currentTarget }) => onAsk(withTimezone(question, currentTarget.value))}
        >
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** Date fields tell of every key; only whole and ordered dates are asked for. */
function Days({ question, onAsk }: Pick<ControlsProps, 'question' | 'onAsk'>) {
  const days = daysOf(question.period);
  const [wrong, setWrong] = useState(false);
  function change(first: string, last: string): void {
    const whole = /^\d{4}-/.test(first) && /^\d{4}-/.test(last);
    setWrong(whole && first > last);
    if (whole && first <= last) onAsk(withPeriod(question, periodOfDays(first, last, question.period.timezone)));
  }
  return (
    <>
      <Day name="from" value={days.first} wrong={wrong} onChange={(first) => change(first, days.last)} />
      <Day name="through" value={days.last} wrong={wrong} onChange={(last) => change(days.first, last)} />
      {wrong && (
        <span role="alert" class="warning">
          The first day is after the last.
        </span>
      )}
    </>
  );
}

interface DayProps {
  name: string;
  value: string;
  wrong: boolean;
  onChange: (day: string) => void;
}

function Day({ name, value, wrong, onChange }: DayProps) {
  return (
    <label>
      {name}
      <input
        type="date"
        value={value}
        aria-invalid={wrong}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </label>
  );
}

/** Counted back from the end of the logs, which may have ended long ago. */
function Stretches({ question, known, onAsk }: Pick<ControlsProps, 'question' | 'known' | 'onAsk'>) {
  const whole = periodOfExtent(known.extent, question.period.timezone, Date.now());
  const stretches = [
    { name: 'All', period: whole },
    { name: '30 days', period: lastDaysOf(whole, 30) },
    { name: '7 days', period: lastDaysOf(whole, 7) },
    { name: 'Last day', period: lastDaysOf(whole, 1) },
  ];
  return (
    <fieldset class="stretches" aria-label="Stretches of the logs">
      {stretches.map(({ name, period }) => (
        <button
          key={name}
          type="button"
          aria-pressed={period.from === question.period.from && period.to === question.period.to}
          onClick={() => onAsk(withPeriod(question, period))}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
