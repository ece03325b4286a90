import { COUNTER_NAMES, COUNTERS, type Counter, PROMPT_COUNTERS } from '../../domain/usage-class.ts';

/** A number of the metrics, as a column. */
export function metric(name: string, as: string): string {
  return `parse x /"${name}":(?<${as}>[\\d.E]+)/`;
}

/** The column of a counter of a record: -1: not stated; -2: could not be reckoned. */
export function recordColumn(counter: Counter): string {
  return `c${COUNTER_NAMES.indexOf(counter)}`;
}

/** Counters by their place in the table, where a record states them at its top (`p0`) and a body in its usage (`u0`) or metrics (`x0`). */
export const OWN = COUNTER_NAMES.flatMap((counter, place) => {
  const [own, ...others] = COUNTERS[counter].names as readonly string[];
  if (own === undefined) return [];
  return [
    { counter, place, own: `m.${COUNTERS[counter].holder}.${own}`, metric: own, others: others.filter(isOfUsage) },
  ];
});

/** Titan and Llama state these beside their answer, and at the top of the record, where they are read. */
function isOfUsage(name: string): boolean {
  return !/token_count$|TextTokenCount$/.test(name);
}

export const USAGE = 'o.usage';
/** The first event of a stream of Claude's. */
const FIRST = 'o[0].message.usage';
const OPENAI = ['prompt_tokens_details', 'input_tokens_details'].map((details) => `${USAGE}.${details}`);

/** What a usage states of a counter besides its names. */
const USAGE_TOO: Partial<Record<Counter, readonly string[]>> = {
  cacheRead: ['coalesce(r0, -1)', 'coalesce(r1, -1)'],
  cacheWrite: ['u_known', ...OPENAI.map((details) => `coalesce(${details}.cache_write_tokens, -1)`)],
};

/** How the counters that have no names are told, by lifetime. */
const LIFETIMES: Partial<Record<Counter, string>> = {
  cacheWrite1h: 'greatest(u_long, l1)',
  cacheWriteKnown: 'greatest(u_known, e_known)',
};

/** The counts of a record, step by step. */
export const COUNTING = [
  ...OWN.map(({ place, metric: name }) => metric(name, `x${place}`)),
  `fields ${[
    ...OWN.map(({ place, own }) => `${own} as p${place}`),
    ...OWN.map(({ place }) => `coalesce(toNumber(x${place}), -1) as z${place}`),
    ...OPENAI.map((details, index) => `${details}.cached_tokens as r${index}`),
    ...[0, 1].map((index) => `coalesce(${USAGE}.cacheDetails[${index}].inputTokens, 0) as d${index}`),
    ...[USAGE, FIRST].map(
      (usage, index) => `coalesce(${usage}.cache_creation.ephemeral_1h_input_tokens, 0) as l${index}`,
    ),
  ].join(', ')}`,
  `fields ${[
    `coalesce(${USAGE}.cache_creation.ephemeral_5m_input_tokens, 0) + l0 + d0 + d1 as u_known`,
    `l0 + ${[0, 1].map((index) => `if(${USAGE}.cacheDetails[${index}].ttl = "1h", d${index}, 0)`).join(' + ')} as u_long`,
    `coalesce(${FIRST}.cache_creation.ephemeral_5m_input_tokens, 0) + l1 as e_known`,
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
  return `if((ispresent(r0) or ispresent(r1) or ${USAGE}.totalTokens = ${input} + greatest(0, ${output})) and ${input} >= ${cached}, ${cached}, 0)`;
}

function counterExpression(counter: Counter): string {
  const own = OWN.find((candidate) => candidate.counter === counter);
  if (!own) return LIFETIMES[counter] ?? '-1';
  const { place, others } = own;
  const [top, metrics, usage] = [`coalesce(p${place}, -1)`, `z${place}`, `u${place}`];
  // The same number stands at the top and in the metrics, where nothing says what it holds.
  if (counter === 'input')
    return largest([top, metrics, usage].map((count) => `${count} - if(${count} = ${usage}, cut, 0)`));
  const first = PROMPT_COUNTERS.includes(counter) ? others.filter((name) => name.includes('_')) : [];
  return largest([
    ...[top, metrics, usage],
    ...first.map((name) => stated(FIRST, name)),
    ...(counter === 'cacheWrite' ? ['e_known'] : []),
  ]);
}

function stated(holder: string, name: string): string {
  return `coalesce(${holder}.${name}, -1)`;
}

function largest(values: readonly string[]): string {
  return values.length === 0 ? '-1' : `greatest(${values.join(', ')})`;
}
