import type { Comparison, Difference } from './compare.ts';
import type { Proposal } from './propose.ts';

export interface Compared {
  /** Last day that our own table knows. */
  known_until: string;
  comparisons: Comparison[];
  proposals: Proposal[];
  /** Catalogues that could not be read, and why. */
  failures: string[];
}

/** @param all lists what is explained, and what the catalogues lack */
export function textFrom({ known_until, comparisons, proposals, failures }: Compared, all = false): string {
  const newest = comparisons
    .map(({ published }) => published)
    .sort()
    .at(-1);
  return [
    ...(comparisons.length > 0 ? LEGEND : []),
    ...comparisons.flatMap((comparison) => section(comparison, all)),
    ...failures.map((failure) => `Not compared: ${failure}`),
    ...(proposals.length > 0
      ? [
          '',
          `Missing here. Look each up at AWS before it is taken into src/prices/table.ts:`,
          ...proposals.map(({ entry }) => entry),
        ]
      : comparisons.length > 0
        ? ['', 'No model of these catalogues is missing here.']
        : []),
    ...(newest !== undefined && newest > known_until && proposals.length === 0
      ? [`PRICES_KNOWN_UNTIL may become '${newest}' once the differences are settled.`]
      : []),
  ].join('\n');
}

function section(comparison: Comparison, all: boolean): string[] {
  const { name, version, published, equal, rounding, different, missingHere, missingThere } = comparison;
  const counts = `${equal} rates equal, ${rounding.length} rounded, ${different.length} different, ${missingHere.length} ids missing here, ${missingThere.length} models missing there`;
  const explained = Map.groupBy(
    different.filter(({ reason }) => reason !== undefined),
    ({ reason }) => reason,
  );
  return [
    `${name} ${version} of ${published}: ${counts}`,
    ...rounding.map((one) => `  rounded    ${shown(one)}`),
    ...[...explained].map(([reason, found]) => `  explained  ${found.length}: ${reason}`),
    ...different.filter(({ reason }) => all || reason === undefined).map((one) => `  different  ${shown(one)}`),
    ...missingHere.map((id) => `  missing    ${id}`),
    ...(all ? missingThere.map((model) => `  not there  ${model}`) : []),
  ];
}

const LEGEND = [
  '"equal", "rounded" (fewer digits of the same) and "different" count rates, one for each class of tokens of an id; "explained"',
  'are those of the different ones whose reason docs/pricing.md tells. "missing here" are ids without a price in our table, "missing',
  'there" models of our table that the catalogue lacks. --all lists the explained ones and those missing there.',
  '',
];

function shown({ id, above, token, ours, theirs }: Difference): string {
  return `${id}${above > 0 ? ` above ${above}` : ''} ${token}: ours ${ours}, theirs ${theirs}`;
}

/** One line for a build, or none: what is missing, or why nothing was compared. */
export function warningFrom({ proposals, failures }: Compared): string | undefined {
  const missing = proposals.map(({ model }) => model);
  if (missing.length > 0)
    return `warning: prices: ${missing.length} models of public catalogues are not in src/prices/table.ts (${missing.join(', ')}); run node scripts/compare-prices.ts`;
  return failures.length > 0
    ? `warning: prices were not compared with all catalogues: ${failures.join('; ')}`
    : undefined;
}
