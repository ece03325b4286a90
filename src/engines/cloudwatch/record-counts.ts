import { COUNTER_NAMES, type Counter, PROMPT_COUNTERS } from '../../domain/usage-class.ts';
import { OWN_FIELDS, placesOf } from '../../logs/count-fields.ts';
import { COUNT_PLACES, DETAILS, LIFETIMES, TOTAL } from '../../logs/count-table.ts';

/** A number of the metrics, as a column. */
export function metric(name: string, as: string): string {
  return `parse x /"${name}":(?<${as}>[\\d.E]+)/`;
}

/** The column of a counter of a record: -1: not stated; -2: could not be reckoned. */
export function recordColumn(counter: Counter): string {
  return `c${COUNTER_NAMES.indexOf(counter)}`;
}

/** Counters by their place in the table, where a record states them at its top (`p0`) and a body in its usage (`u0`) or metrics (`x0`). */
export const OWN = OWN_FIELDS.map(({ counter, holder, field }) => {
  // Titan and Llama state theirs beside their answer, and at the top of the record, where they are read.
  const { titan, llama, ...usage } = placesOf(counter).bodies ?? {};
  const place = COUNTER_NAMES.indexOf(counter);
  return { counter, place, own: `m.${holder}.${field}`, metric: field, others: Object.values(usage) };
});

const USAGE = 'o.usage';
/** The first event of a stream of Claude's. */
const FIRST = 'o[0].message.usage';
const OPENAI = [DETAILS.chat, DETAILS.responses].map((details) => `${USAGE}.${details}`);
const { claude: CLAUDE, converse: CONVERSE } = LIFETIMES;

/** What a usage states of a counter besides its names. */
const USAGE_TOO: Partial<Record<Counter, readonly string[]>> = {
  cacheRead: ['coalesce(r0, -1)', 'coalesce(r1, -1)'],
  cacheWrite: ['u_known', ...OPENAI.map((details) => stated(details, COUNT_PLACES.cacheWrite.detail))],
};

/** The counters that have no names are told by lifetime. */
const TOLD: Partial<Record<Counter, string>> = {
  cacheWrite1h: 'greatest(u_long, l1)',
  cacheWriteKnown: 'greatest(u_known, e_known)',
};

/** The counts of a record, step by step. */
export const COUNTING = [
  ...OWN.map(({ place, metric: name }) => metric(name, `x${place}`)),
  `fields ${[
    ...OWN.map(({ place, own }) => `${own} as p${place}`),
    ...OWN.map(({ place }) => `coalesce(toNumber(x${place}), -1) as z${place}`),
    ...OPENAI.map((details, index) => `${details}.${COUNT_PLACES.cacheRead.detail} as r${index}`),
    ...[0, 1].map((index) => `coalesce(${listedCount(index)}, 0) as d${index}`),
    ...[USAGE, FIRST].map((usage, index) => `${writes(usage, CLAUDE.long)} as l${index}`),
  ].join(', ')}`,
  `fields ${[
    `${writes(USAGE, CLAUDE.short)} + l0 + d0 + d1 as u_known`,
    `l0 + ${[0, 1].map((index) => `if(${listed(index, CONVERSE.lifetime)} = "${CONVERSE.long}", d${index}, 0)`).join(' + ')} as u_long`,
    `${writes(FIRST, CLAUDE.short)} + l1 as e_known`,
  ].join(', ')}`,
  `fields ${OWN.map(({ counter, place, others }) => `${largest([...others.map((name) => stated(USAGE, name)), ...(USAGE_TOO[counter] ?? [])])} as u${place}`).join(', ')}`,
  // OpenAI's input number holds the cached tokens, and so does one of Converse whose total leaves no room for them.
  `fields ${cutExpression()} as cut`,
  `fields ${COUNTER_NAMES.map((counter) => `coalesce(${counterExpression(counter)}, -2) as ${recordColumn(counter)}`).join(', ')}`,
];

function usageColumn(counter: Counter): string {
  return `u${COUNTER_NAMES.indexOf(counter)}`;
}

function cutExpression(): string {
  const [input, output] = [usageColumn('input'), usageColumn('output')];
  const cached = (['cacheRead', 'cacheWrite'] as const)
    .map((counter) => `greatest(0, ${usageColumn(counter)})`)
    .join(' + ');
  return `if((ispresent(r0) or ispresent(r1) or ${USAGE}.${TOTAL} = ${input} + greatest(0, ${output})) and ${input} >= ${cached}, ${cached}, 0)`;
}

function counterExpression(counter: Counter): string {
  const own = OWN.find((candidate) => candidate.counter === counter);
  if (!own) return TOLD[counter] ?? '-1';
  const { place } = own;
  const [top, metrics, usage] = [`coalesce(p${place}, -1)`, `z${place}`, `u${place}`];
  // The same number stands at the top and in the metrics, where nothing says what it holds.
  if (counter === 'input')
    return largest([top, metrics, usage].map((count) => `${count} - if(${count} = ${usage}, cut, 0)`));
  const { claude } = placesOf(counter).bodies ?? {};
  const first = claude !== undefined && PROMPT_COUNTERS.includes(counter) ? [claude] : [];
  return largest([
    ...[top, metrics, usage],
    ...first.map((name) => stated(FIRST, name)),
    ...(counter === 'cacheWrite' ? ['e_known'] : []),
  ]);
}

/** Claude's cache writes of one lifetime. */
function writes(usage: string, name: string): string {
  return `coalesce(${usage}.${CLAUDE.holder}.${name}, 0)`;
}

/** A field in Converse's list of cache writes, of which two are read. */
function listed(index: number, field: string): string {
  return `${USAGE}.${CONVERSE.holder}[${index}].${field}`;
}

export function listedCount(index: number): string {
  return listed(index, CONVERSE.count);
}

function stated(holder: string, name: string): string {
  return `coalesce(${holder}.${name}, -1)`;
}

function largest(values: readonly string[]): string {
  return values.length === 0 ? '-1' : `greatest(${values.join(', ')})`;
}
