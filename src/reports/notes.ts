import { NONE } from '../domain/dimension.ts';
import { DOUBT_CODES, DOUBTS, type DoubtCode } from '../domain/doubt.ts';
import { displayUsd, usdFromText } from '../domain/money.ts';
import { DAY_MS } from '../domain/period.ts';
import { UNPRICED_CODES, UNPRICED_REASONS } from '../domain/unpriced.ts';
import type { Coverage } from '../engines/engine.ts';
import { PRICES_KNOWN_UNTIL } from '../prices/known-until.ts';
import type { PricedUsage } from './pricing.ts';
import { invocationsText } from './render.ts';
import type { DoubtfulUsage, UnpricedUsage } from './report.ts';
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
    ...doubtNotes(usage),
    ...usage.rateNotes,
    ...knownUntilNote(usage, coverage),
    ...unknownWritesNote(usage),
    ...stopReasonNote(usage),
    ...(usage.ambiguousCacheInvocations > 0
      ? [
          `${usage.ambiguousCacheInvocations} invocations of OpenAI models used the prompt cache; Bedrock can report their cached tokens inside the input as well, so their input may be counted high.`,
        ]
      : []),
  ];
}

/** One note on what lacks a rate, one on what was used and is not known; each says why, who is concerned and what can be done. */
export function unpricedNotes({ totals, unpriced }: PricedUsage): string[] {
  const { invocations } = totals.measures;
  const lacking = (lack: 'price' | 'usage') => unpriced.filter(({ reason }) => UNPRICED_REASONS[reason].lacks === lack);
  const [price, usage] = [lacking('price'), lacking('usage')];
  return [
    ...(price.length > 0
      ? [
          `${partOf(price, invocations)} are unpriced, and what has no rate is not in the dollars: ${reasonsText(price)}. ${priceAdvice(price)}`,
        ]
      : []),
    ...(usage.length > 0
      ? [
          `${partOf(usage, invocations)} are of unknown usage, which is not in the dollars: ${reasonsText(usage)}. ${usageAdvice(usage)}`,
        ]
      : []),
  ];
}

function partOf(found: readonly UnpricedUsage[], all: number): string {
  return `${count(found.reduce((total, { invocations }) => total + invocations, 0))} of ${count(all)} invocations`;
}

function reasonsText(found: readonly UnpricedUsage[]): string {
  const byReason = Map.groupBy(found, ({ reason }) => reason);
  return UNPRICED_CODES.flatMap((reason) => {
    const models = byReason.get(reason);
    return models ? [`${UNPRICED_REASONS[reason].why} (${reason}) of ${modelsText(models)}`] : [];
  }).join('; ');
}

function modelsText(found: readonly UnpricedUsage[]): string {
  const more = found.length - LISTED;
  return `${found.slice(0, LISTED).map(shownUnpriced).join(', ')}${more > 0 ? ` and ${count(more)} more models` : ''}`;
}

/** One note for each kind of doubt: about which models' dollars, and what is in doubt. */
export function doubtNotes({ doubts }: Pick<PricedUsage, 'doubts'>): string[] {
  const byCode = Map.groupBy(doubts, ({ code }) => code);
  return DOUBT_CODES.flatMap((code) => {
    const found = byCode.get(code);
    return found ? [doubtNote(code, found)] : [];
  });
}

/** Each sentence stands once, after the models that it is about. */
function doubtNote(code: DoubtCode, found: readonly DoubtfulUsage[]): string {
  const more = found.length - LISTED;
  const byText = [...Map.groupBy(found.slice(0, LISTED), ({ text }) => text)];
  const said = byText.map(([text, models]) => `${models.map(shownDoubt).join(', ')}: ${text}`);
  const rest = more > 0 ? [`And ${count(more)} more models.`] : [];
  return `Prices in doubt, because ${DOUBTS[code]} (${code}). ${[...said, ...rest].join(' ')}`;
}

function shownDoubt({ model, invocations, cost_usd }: DoubtfulUsage): string {
  return `${shownValue(model)} (${displayUsd(usdFromText(cost_usd))} for ${invocationsText(invocations)})`;
}

/** The model is a value from the log; the tier and classes after it are ours. */
function shownUnpriced({ reason, model, tier, invocations, tokens }: UnpricedUsage): string {
  const classes = reason === 'no_rate' ? Object.entries(tokens) : [];
  const lacking = classes.map(([measure, amount]) => `${count(amount)} ${measure}`);
  const name = `${shownValue(model || NONE)}${tier === undefined ? '' : ` in tier ${shownValue(tier)}`}`;
  return `${name} (${[count(invocations), ...lacking].join('; ')})`;
}

function priceAdvice(found: readonly UnpricedUsage[]): string {
  const profiles = found.some(({ model }) => model.startsWith('application-inference-profile/'));
  return `Give ${profiles ? 'the model behind a profile, or a rate,' : 'a rate'} in an overrides file (--prices).`;
}

function usageAdvice(found: readonly UnpricedUsage[]): string {
  const isUncounted = ({ reason }: UnpricedUsage) => reason === 'no_counts';
  return [
    'The bill has it: "reconcile" compares.',
    ...(found.some(isUncounted)
      ? ['Where bodies are not logged, a call that a guardrail stopped looks like one without counts.']
      : []),
  ].join(' ');
}

function knownUntilNote({ byOwnTable }: PricedUsage, { last }: Coverage): string[] {
  const known = Date.parse(`${PRICES_KNOWN_UNTIL}T00:00:00Z`);
  if (byOwnTable === 0 || last === undefined || last < known + DAY_MS) return [];
  return [
    `${invocationsText(byOwnTable)} ${byOwnTable === 1 ? 'is' : 'are'} priced by our own table, which knows prices up to ${PRICES_KNOWN_UNTIL}; what changed since is not in the dollars. "bedrock-spend prices --refresh" reads AWS's list.`,
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
    `${damagedFiles.length} files or folders could not be read and are left out whole: ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}. Fetch damaged files again; let this user read the others.`,
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
