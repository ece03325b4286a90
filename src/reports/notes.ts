import { NONE } from '../domain/dimension.ts';
import { UNPRICED_CODES, UNPRICED_REASONS, type UnpricedReason } from '../domain/unpriced.ts';
import type { Coverage } from '../engines/engine.ts';
import type { PricedUsage } from './pricing.ts';
import type { UnpricedUsage } from './report.ts';
import { shownValue } from './shown-value.ts';

/** More unpriced models or damaged files than this are counted, not listed. */
const LISTED = 5;

/** What a reader must know to trust the numbers, most important first. */
export function notesFromUsage(usage: PricedUsage, coverage: Coverage): string[] {
  return [
    ...(coverage.invocations === 0
      ? ['The source has no invocations in this period. Leave "from" and "to" out to see all it has.']
      : []),
    ...(coverage.invocations > 0 && usage.totals.measures.invocations === 0
      ? ['No invocation of this period matches the filters. Break down by the filtered dimension to see its values.']
      : []),
    ...unpricedNotes(usage),
    ...damagedNote(coverage),
    ...malformedNote(coverage),
    ...(coverage.notes ?? []),
    ...usage.rateNotes,
    ...unknownWritesNote(usage),
    ...stopReasonNote(usage),
    ...(usage.ambiguousCacheInvocations > 0
      ? [
          `${usage.ambiguousCacheInvocations} invocations of OpenAI models used the prompt cache; Bedrock can report their cached tokens inside the input as well, so their input may be counted high.`,
        ]
      : []),
  ];
}

/** One note for each reason: who is concerned, and what can be done. */
export function unpricedNotes({ totals, unpriced }: PricedUsage): string[] {
  const byReason = Map.groupBy(unpriced, ({ reason }) => reason);
  return UNPRICED_CODES.flatMap((reason) => {
    const found = byReason.get(reason);
    return found ? [reasonNote(reason, found, totals.measures.invocations)] : [];
  });
}

function reasonNote(reason: UnpricedReason, found: readonly UnpricedUsage[], all: number): string {
  const sum = found.reduce((total, { invocations }) => total + invocations, 0);
  const listed = found.slice(0, LISTED).map(shownUnpriced);
  const more = found.length - listed.length;
  const models = `${listed.join(', ')}${more > 0 ? ` and ${count(more)} more models` : ''}`;
  return `${count(sum)} of ${count(all)} invocations are not wholly in the dollars, because ${UNPRICED_REASONS[reason].why} (${reason}): ${models}. ${adviceFor(reason, found)}`;
}

/** The model is a value from the log; the tier and classes after it are ours. */
function shownUnpriced({ reason, model, tier, invocations, tokens }: UnpricedUsage): string {
  const classes = reason === 'no_rate' ? Object.entries(tokens) : [];
  const lacking = classes.map(([measure, amount]) => `${count(amount)} ${measure}`);
  const name = `${shownValue(model)}${tier === undefined ? '' : ` in tier ${shownValue(tier)}`}`;
  return `${name} (${[count(invocations), ...lacking].join('; ')})`;
}

function adviceFor(reason: UnpricedReason, found: readonly UnpricedUsage[]): string {
  if (UNPRICED_REASONS[reason].lacks === 'usage') {
    return reason.startsWith('billed_by_')
      ? 'The bill has them: "reconcile" compares it.'
      : 'What they used is not in the log; a call that a guardrail stopped looks so, too, where bodies are not logged.';
  }
  const profiles = found.some(({ model }) => model.startsWith('application-inference-profile/'));
  return `Give ${profiles ? 'the model behind a profile, or a rate,' : 'a rate'} in an overrides file (--prices).`;
}

function unknownWritesNote({ cacheWriteUnknown, totals }: PricedUsage): string[] {
  if (cacheWriteUnknown === 0) return [];
  const { cache_write_5m_tokens: short, cache_write_1h_tokens: long } = totals.measures;
  const part = ((100 * cacheWriteUnknown) / (short + long)).toFixed(0);
  return [
    `Of ${cacheWriteUnknown.toLocaleString('en-US')} cache-write tokens (${part} % of them) it is not known whether they live 5 minutes or an hour, which logged response bodies alone tell; they are counted and priced as 5-minute writes.`,
  ];
}

/** An answer that failed ended for that reason; of the others, only a body tells why. */
function stopReasonNote({ groups }: PricedUsage): string[] {
  const untold = groups.filter(({ key }) => key['stop_reason'] === NONE);
  const invocations = untold.reduce((sum, { measures }) => sum + measures.invocations - measures.errors, 0);
  if (invocations === 0) return [];
  return [
    `Why ${invocations.toLocaleString('en-US')} invocations ended is not known: logged response bodies alone tell it (text delivery in Bedrock’s logging settings).`,
  ];
}

function damagedNote({ damagedFiles }: Coverage): string[] {
  if (damagedFiles.length === 0) return [];
  const listed = damagedFiles.slice(0, LISTED).map(({ path, reason }) => `${shownValue(path)} (${reason})`);
  const more = damagedFiles.length - listed.length;
  return [
    `${damagedFiles.length} damaged files are left out whole: ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}. Fetch them again.`,
  ];
}

function malformedNote({ malformed, malformedReasons }: Coverage): string[] {
  if (malformed === 0) return [];
  const reasons = Object.entries(malformedReasons).map(([reason, count]) => `${count} ${reason}`);
  return [`${malformed} lines of the source are no invocation records: ${reasons.join(', ')}.`];
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
