import Big from 'big.js';
import type { UsageClass } from '../../src/domain/usage-class.ts';
import type { Catalogue, CatalogueRate } from './catalogue.ts';

/** The catalogues that are compared. Their code is read as text and never run. */
export const CATALOGUES: readonly Catalogue[] = [
  {
    package: '@earendil-works/pi-ai',
    files: /^dist\/providers\/data\/amazon-bedrock\.json$/,
    read: (texts) => texts.flatMap((text) => Object.values(parse(text) as Record<string, Models>).flatMap(fromModels)),
  },
  {
    package: '@oh-my-pi/pi-catalog',
    files: /^src\/models\.json$/,
    read: (texts) =>
      texts.flatMap((text) => fromModels((parse(text) as Record<string, Models>)['amazon-bedrock'] ?? {})),
  },
  {
    package: '@llmgateway/models',
    files: /^dist\/models\/[\w-]+\.js$/,
    read: (texts) => texts.flatMap(fromGateway),
  },
  {
    package: 'promptfoo',
    files: /^dist\/src\/[\w.-]+\.js$/,
    read: fromPromptfoo,
    beginnings: true,
  },
];

type Cost = Partial<Record<'input' | 'output' | 'cacheRead' | 'cacheWrite', string>>;
type Models = Record<string, { id?: string; cost?: Cost & { tiers?: (Cost & { inputTokensAbove?: string })[] } }>;

/** Numbers stay the text that they are written as. */
function parse(text: string): unknown {
  const keepNumbers = (_: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value;
  return JSON.parse(text, keepNumbers as (key: string, value: unknown) => unknown);
}

function fromModels(models: Models): CatalogueRate[] {
  return Object.values(models).flatMap(({ id, cost }) => {
    if (id === undefined || cost === undefined) return [];
    const long = (cost.tiers ?? []).map((tier) => ({ id, above: Number(tier.inputTokensAbove), rates: ratesOf(tier) }));
    return [{ id, above: 0, rates: ratesOf(cost) }, ...long];
  });
}

function ratesOf({ input, output, cacheRead, cacheWrite }: Cost): CatalogueRate['rates'] {
  return known({ input, output, cacheRead, cacheWrite5m: cacheWrite });
}

/** Zero is how they say that there is none, or that they do not know. */
function known(rates: Partial<Record<UsageClass, string | undefined>>): CatalogueRate['rates'] {
  return Object.fromEntries(
    Object.entries(rates).flatMap(([name, text]) =>
      text === undefined || new Big(text).eq(0) ? [] : [[name, new Big(text).toFixed()]],
    ),
  );
}

/** `providerId: "aws-bedrock", externalId: "anthropic.claude-opus-4-8", inputPrice: "5.0e-6"`: dollars a token, at the global rate. */
function fromGateway(text: string): CatalogueRate[] {
  return text.split(/providerId:\s*/).flatMap((part) => {
    if (!part.startsWith('"aws-bedrock"')) return [];
    const field = (name: string) => new RegExp(`\\b${name}:\\s*"([^"]+)"`).exec(part)?.[1];
    const perMillion = (name: string) => {
      const price = field(name);
      return price === undefined ? undefined : new Big(price).times('1000000').toFixed();
    };
    const id = field('externalId');
    if (id === undefined) return [];
    const rates = known({
      input: perMillion('inputPrice'),
      output: perMillion('outputPrice'),
      cacheRead: perMillion('cachedInputPrice'),
      cacheWrite5m: perMillion('cacheWriteInputPrice'),
      cacheWrite1h: perMillion('cacheWriteInputPrice1h'),
    });
    return [{ id: `global.${id}`, above: 0, rates }];
  });
}

/** `const BEDROCK_PRICING = { "anthropic.claude-opus-5": { input: 5, output: 25 }, … };`, per million. */
function fromPromptfoo(texts: readonly string[]): CatalogueRate[] {
  const table = texts.map((text) => /\bBEDROCK_PRICING = \{([\s\S]*?)\n\};/.exec(text)?.[1]).find(Boolean) ?? '';
  return [...table.matchAll(/"([^"]+)":\s*\{([\s\S]*?)\n\t\}/g)].flatMap(([, id = '', body = '']) => {
    const plain = body.replace(/\w+:\s*\{[\s\S]*?\}/g, '');
    const price = (name: string) => new RegExp(`\\b${name}:\\s*([\\d.e-]+)`).exec(plain)?.[1];
    const rates = known({ input: price('input'), output: price('output') });
    // Claude's are the global rates, of others those in the region.
    const routed = id.startsWith('anthropic.') ? `global.${id}` : id;
    return rates.input === undefined ? [] : [{ id: routed, above: 0, rates }];
  });
}
