import { dimensionIn, hoursOf, type Question, valueIn, wholeDaysOf, withoutFilter, withPeriod } from './question.ts';
import { clean } from './text.ts';

interface TrailProps {
  question: Question;
  onAsk: (question: Question) => void;
  /** Undefined where there is nothing to go back to. */
  onBack: (() => void) | undefined;
}

/** The way down: each filter, and how to leave it. */
export function Trail({ question, onAsk, onBack }: TrailProps) {
  const hours = hoursOf(question.period);
  if (onBack === undefined && hours === undefined && question.where.length === 0) return null;
  return (
    <nav class="trail" aria-label="Filters">
      {onBack && (
        <button type="button" onClick={onBack}>
          ← Back
        </button>
      )}
      {hours && (
        <button
          type="button"
          class="filter"
          aria-label={`Whole days in place of ${hours}`}
          onClick={() => onAsk(withPeriod(question, wholeDaysOf(question.period)))}
        >
          time: <b>{hours}</b> ×
        </button>
      )}
      {question.where.map((filter) => (
        <button
          key={filter}
          type="button"
          class="filter"
          aria-label={`Remove the filter ${clean(filter)}`}
          onClick={() => onAsk(withoutFilter(question, filter))}
        >
          {clean(dimensionIn(filter))}: <b>{clean(valueIn(filter))}</b> ×
        </button>
      ))}
    </nav>
  );
}
