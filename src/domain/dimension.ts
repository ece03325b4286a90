import { SpendError } from './errors.ts';

/** What spend can be broken down by. The table in docs/dimensions.md is tested against this one. */
export const DIMENSIONS = {
  day: 'Calendar day in the report’s timezone, 2026-10-14',
  hour: 'Hour in the report’s timezone, 2026-10-14T05:00Z',
  week: 'Week in the report’s timezone, named by its Monday',
  month: 'Month in the report’s timezone, 2026-10',
  model:
    'Foundation model id without routing prefix, ARN or region; an unresolved profile is application-inference-profile/<id>',
  scope: 'How the request was routed: in-region, geo, global or unknown',
  provider: 'First part of the model id: anthropic, amazon, meta, …',
  region: 'Region the caller sent the request to; prices go by it',
  inference_region: 'Region the request ran in',
  account: 'AWS account id',
  principal: 'Who called: role/NAME, user/PATH/NAME, root, federated-user/NAME',
  session: 'Role session name; behind SSO usually the person',
  caller: 'The whole identity ARN',
  operation: 'Converse, ConverseStream, InvokeModel, InvokeModelWithResponseStream, …',
  profile: 'Inference profile, provisioned, custom or imported model or prompt router, by name where it is known',
  tier: 'Service tier: standard, priority, flex, latency-optimized, …; provisioned and custom-model for models with prices of their own',
  status: 'ok, blocked (by a guardrail) or the error code',
  stop_reason:
    'Why the answer ended: end_turn, max_tokens, tool_use, stop_sequence, …; only logged response bodies tell it',
} as const;

/** Families of dimensions: any key may follow the dot. */
export const DIMENSION_FAMILIES = {
  'metadata.KEY':
    'Value of KEY in the request metadata (the X-Amzn-Bedrock-Request-Metadata header, or Converse requestMetadata)',
  'tag.KEY': 'Tag KEY of the profile or model, from AWS or the overrides file',
} as const;

export type PlainDimension = keyof typeof DIMENSIONS;
export type TimeDimension = 'hour' | 'day' | 'week' | 'month';
export type Dimension = PlainDimension | `metadata.${string}` | `tag.${string}`;

export const TIME_DIMENSIONS = ['hour', 'day', 'week', 'month'] as const satisfies readonly TimeDimension[];

/** Stands for a value that the record does not have. */
export const NONE = '(none)';

/** Keeps rows whose dimension has one of the values. */
export interface Filter {
  dimension: Dimension;
  values: readonly string[];
}

export function isTimeDimension(dimension: Dimension): dimension is TimeDimension {
  return (TIME_DIMENSIONS as readonly string[]).includes(dimension);
}

/** Reads a dimension's name. @throws SpendError UNKNOWN_DIMENSION, with the nearest names */
export function dimensionFromText(text: string): Dimension {
  if (Object.hasOwn(DIMENSIONS, text)) return text as PlainDimension;
  if (/^(metadata|tag)\../.test(text)) return text as Dimension;
  const names = [...Object.keys(DIMENSIONS), ...Object.keys(DIMENSION_FAMILIES)].join(', ');
  throw new SpendError('UNKNOWN_DIMENSION', `There is no dimension "${text}". Use one of: ${names}.`);
}

/** Reads `dim=value`; several filters on one dimension mean any of their values. */
export function filtersFromTexts(texts: readonly string[]): Filter[] {
  const byDimension = new Map<Dimension, string[]>();
  for (const text of texts) {
    const cut = text.indexOf('=');
    if (cut < 1) throw new SpendError('INVALID_ARGUMENT', `Write a filter as dimension=value, not "${text}".`);
    const dimension = dimensionFromText(text.slice(0, cut));
    if (isTimeDimension(dimension)) {
      throw new SpendError(
        'INVALID_ARGUMENT',
        `Choose a time with "from" and "to" instead of a filter on ${dimension}.`,
      );
    }
    const values = byDimension.get(dimension) ?? [];
    byDimension.set(dimension, [...values, text.slice(cut + 1)]);
  }
  return [...byDimension].map(([dimension, values]) => ({ dimension, values }));
}
