import { NONE } from '../domain/dimension.ts';
import type { Coverage } from '../engines/engine.ts';
import type { PricedUsage } from './pricing.ts';
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
    ...unpricedNote(usage),
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

/** The model is a value from the log; the tier after it is ours. */
function shownUnpriced(name: string): string {
  const [model = '', tier] = name.split(' in tier ');
  return tier === undefined ? shownValue(model) : `${shownValue(model)} in tier ${shownValue(tier)}`;
}

function unpricedNote({ totals, unpricedModels }: PricedUsage): string[] {
  const { unpriced_invocations: unpriced, invocations } = totals.measures;
  if (unpriced === 0) return [];
  const models = unpricedModels.slice(0, LISTED).map(([name, count]) => `${shownUnpriced(name)} (${count})`);
  const more = unpricedModels.length - models.length;
  const profiles = unpricedModels.some(([model]) => model.startsWith('application-inference-profile/'));
  return [
    `${unpriced.toLocaleString('en-US')} of ${invocations.toLocaleString('en-US')} invocations are unpriced and not in the dollars: ${models.join(', ')}${more > 0 ? ` and ${more} more models` : ''}. Give ${profiles ? 'the model behind a profile, or a rate,' : 'a rate'} in an overrides file (--prices).`,
  ];
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
