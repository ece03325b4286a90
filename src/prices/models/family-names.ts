/** `Claude4.6Sonnet` and `Claude Sonnet 4.6` as words and numbers; undefined where a character may mean something else. */
export function wordsOfName(name: string): string | undefined {
  if (!/^[\w .+()-]+$/.test(name)) return undefined;
  const spaced = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.match(/[a-z]+|\d+|\+/g)?.join(' ');
}

/** A name that is an id already: `provider.model`. */
const MODEL_ID = /^[a-z0-9]+\.[a-z][a-z0-9.-]*$/;

export function isModelId(name: string): boolean {
  return MODEL_ID.test(name);
}

const VERSION = '(?<major>\\d+)(?: (?<minor>\\d{1,2}))?';
const KIND = '(?<kind>[a-z]{3,})';

type Parts = Readonly<Record<string, string | undefined>>;

/**
 * How AWS's price list and bills call a family, in words, and its ids on Bedrock. Matched whole: a word more is another model. An id
 * that nobody uses prices nothing.
 */
const FAMILIES: readonly (readonly [words: RegExp, id: (parts: Parts) => string])[] = [
  [new RegExp(`^claude (?:${VERSION} ${KIND})$`), claudeId],
  [new RegExp(`^claude (?:${KIND} ${VERSION})$`), claudeId],
  [
    new RegExp(`^(?:amazon )?nova (?:${VERSION} )?${KIND}$`),
    (parts) => `amazon.nova-${dashed(versionOf(parts, '-'))}${parts['kind']}-v1`,
  ],
  [
    new RegExp(`^(?:meta )?llama (?<major>\\d+)(?: (?<minor>\\d))? (?:${KIND} )?(?<size>\\d+) b$`),
    (parts) => `meta.llama${versionOf(parts, '-')}-${dashed(parts['kind'])}${parts['size']}b-instruct-v1`,
  ],
  [new RegExp(`^(?:open ?ai )?gpt ${VERSION}(?: ${KIND})?$`), (parts) => `openai.gpt-${versioned(parts)}`],
  [new RegExp(`^(?:x ?ai )?grok ${VERSION}(?: ${KIND})?$`), (parts) => `xai.grok-${versioned(parts)}`],
  [new RegExp(`^(?:z ?ai )?glm ${VERSION}(?: ${KIND})?$`), (parts) => `zai.glm-${versioned(parts)}`],
  [new RegExp(`^(?:moonshot )?kimi k ${VERSION}$`), (parts) => `moonshotai.kimi-k${versioned(parts)}`],
  [new RegExp(`^mini ?max m ${VERSION}$`), (parts) => `minimax.minimax-m${versioned(parts)}`],
  [new RegExp(`^deep ?seek v ${VERSION}$`), (parts) => `deepseek.v${versioned(parts)}`],
  [/^(?:writer )?palmyra x (?<major>\d+)$/, ({ major }) => `writer.palmyra-x${major}-v1`],
];

/** The id that a name stands for by the rule of its family, as `priceKeyFromModel` gives it; undefined where no rule reads it whole. */
export function idFromFamilyName(name: string): string | undefined {
  if (isModelId(name)) return name;
  const words = wordsOfName(name) ?? '';
  for (const [pattern, id] of FAMILIES) {
    const parts = pattern.exec(words)?.groups;
    if (parts) return id(parts);
  }
  // The sizes of Qwen are written in many ways, and its ids as its names.
  const qwen = name.toLowerCase().replace(/[\s_]+/g, '-');
  return /^qwen\d[a-z0-9.-]*$/.test(qwen) ? `qwen.${qwen}` : undefined;
}

/** Since Claude 4 the kind stands before the version. */
function claudeId(parts: Parts): string {
  const version = versionOf(parts, '-');
  const { major, kind } = parts;
  return `anthropic.claude-${Number(major) >= 4 ? `${kind}-${version}` : `${version}-${kind}`}`;
}

/** `2.0` is written `2` in ids. */
function versionOf({ major, minor }: Parts, between: string): string {
  return minor === undefined || minor === '0' ? (major ?? '') : `${major}${between}${minor}`;
}

function versioned(parts: Parts): string {
  return versionOf(parts, '.') + (parts['kind'] ? `-${parts['kind']}` : '');
}

function dashed(part: string | undefined): string {
  return part ? `${part}-` : '';
}
