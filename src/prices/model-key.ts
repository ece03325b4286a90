/**
 * The id a price is listed under: without `:0` version and context suffix; Claude ids also without date and `-v1`, because one
 * price holds for all dated releases of a Claude version. Nothing is matched by prefix: that once priced Opus 4.8 as Opus 4. A Claude
 * id whose date or version cannot be is its own key, under which there is no price.
 */
export function priceKeyFromModel(model: string): string {
  if (model.startsWith('anthropic.claude-')) return claudeKey(model) ?? model;
  return model.replace(/(?::\d+)(?::\w+)?$/, '');
}

/** A minor version and the context of provisioned throughput: `:0`, `:0:48k`. */
const MINOR = '(?::(?<minor>\\d)(?::(?:\\d+k|mm))?)?';

/** The first ones have a version in place of a date: `anthropic.claude-v2:1`, `anthropic.claude-instant-v1:2:100k`. */
const FIRST_CLAUDES = new RegExp(`^(?<name>anthropic\\.claude-(?:v2|instant-v1))${MINOR}$`);
const FIRST_MINORS: Readonly<Record<string, readonly string[]>> = {
  'anthropic.claude-v2': ['0', '1'],
  'anthropic.claude-instant-v1': ['0', '1', '2'],
};

const CLAUDE = new RegExp(
  `^(?<name>anthropic\\.claude-.+?)(?:-(?<date>\\d{8}))?(?:-v(?<version>\\d+)${MINOR.replace('\\d', '0')})?$`,
);

/** Releases of one Claude with more than its first version, by their day. */
const SECOND_VERSIONS: ReadonlySet<string> = new Set(['anthropic.claude-3-5-sonnet 20241022']);

function claudeKey(model: string): string | undefined {
  const first = FIRST_CLAUDES.exec(model)?.groups;
  if (first) {
    const { name = '', minor } = first;
    return minor === undefined || FIRST_MINORS[name]?.includes(minor) ? name : undefined;
  }
  const { name = '', date, version = '1' } = CLAUDE.exec(model)?.groups ?? {};
  if (name === '' || /-v\d+$/.test(name)) return undefined;
  if (date !== undefined && dayOf(date) === undefined) return undefined;
  return version === '1' || (version === '2' && SECOND_VERSIONS.has(`${name} ${date}`)) ? name : undefined;
}

/** Bedrock is of 2023, and so is the first Claude on it. */
const FIRST_DAY = '2023-01-01';

/** `2025-09-29` of `20250929`; undefined for what is no day that a model can be of. */
function dayOf(date: string): string | undefined {
  const day = date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
  return isDay(day) && day >= FIRST_DAY ? day : undefined;
}

/** Whether a text is a real day of the calendar, YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${text}T`);
}

/** Whether a model is of a later day than that on which a source of prices was made: then the source cannot know it. */
export function isLaterThan(model: string, day: string): boolean {
  const date = /-(\d{8})(?:-v\d|:|$)/.exec(model)?.[1];
  return date !== undefined && (dayOf(date) ?? '') > day;
}

/**
 * Finds a model under its key. Some endpoints leave out the first version (`qwen.qwen3-32b` for `qwen.qwen3-32b-v1:0`), and some logs
 * have one that the listed id lacks, so an id without a version is the first one, as long as there is no later version that it could
 * be as well.
 */
export function modelFinder<Value>(byKey: ReadonlyMap<string, Value>): (model: string) => Value | undefined {
  const keys = [...byKey.keys()];
  const byUnversioned = new Map<string, Value>();
  for (const [key, value] of byKey) {
    const bare = withoutFirstVersion(key);
    if (bare !== key && !keys.some((other) => isLaterVersion(other, bare))) byUnversioned.set(bare, value);
  }
  return (model) => {
    const key = priceKeyFromModel(model);
    const bare = withoutFirstVersion(key);
    return byKey.get(key) ?? byUnversioned.get(key) ?? (/-v\d+$/.test(bare) ? undefined : byKey.get(bare));
  };
}

/** The key without `-v0` or `-v1`, where some endpoints have nothing. */
export function withoutFirstVersion(key: string): string {
  return key.replace(/-v[01]$/, '');
}

function isLaterVersion(key: string, bare: string): boolean {
  return key.startsWith(bare) && /^-v(?![01]$)\d+$/.test(key.slice(bare.length));
}
