import type { Datum } from '../../rigs/cloudwatch-metrics/index.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { OCTOBER } from './sample.ts';

/** What Bedrock still has of what the sample month used: all of it. */
export const OFFERED = [
  'acme.orion-1-preview-v1:0',
  'amazon.nova-lite-v1:0',
  'amazon.nova-pro-v1:0',
  'amazon.titan-embed-text-v2:0',
  'k3v9q2m7x1ab',
  'meta.llama3-3-70b-instruct-v1:0',
  'openai.gpt-oss-120b-1:0',
  ...['haiku-4-5-20251001-v1:0', 'haiku-5-5', 'opus-4-8', 'sonnet-4-6'].flatMap((claude) =>
    ['', 'global.', 'us.', 'eu.'].map((prefix) => `${prefix}anthropic.claude-${claude}`),
  ),
];

/** What Bedrock publishes of some calls to a model in one minute. */
export function published(
  modelId: string,
  at: string,
  counters: Readonly<Record<string, number>>,
  { region = 'us-east-1', ...tiers }: { region?: string; ServiceTier?: string; ResolvedServiceTier?: string } = {},
): Datum[] {
  return Object.entries(counters).map(([metric, value]) => {
    return { region, metric, dimensions: { ModelId: modelId, ...tiers }, at, value };
  });
}

/** The sample month as Bedrock would have published it, by what the logs say. */
export async function publishedSample(files: ReportContext): Promise<Datum[]> {
  const by = ['hour', 'region', 'scope', 'model', 'status'] as const;
  const report = await breakdown({ by, ...OCTOBER }, files);
  return (report.tables[0]?.rows ?? []).flatMap(({ key, ...row }) => {
    const { hour = '', region = '', scope = '', model = '', status = '' } = key as Record<string, string>;
    const prefix = { global: 'global.', geo: region.startsWith('eu-') ? 'eu.' : 'us.' }[scope] ?? '';
    const modelId = prefix + model.replace('application-inference-profile/', '');
    const tokens = {
      InputTokenCount: row.input_tokens,
      OutputTokenCount: row.output_tokens,
      CacheReadInputTokens: row.cache_read_tokens,
      CacheWriteInputTokens: row.cache_write_5m_tokens + row.cache_write_1h_tokens,
    };
    const outcome = status === 'ok' || status === 'blocked' ? 'Invocations' : 'InvocationClientErrors';
    return published(modelId, hour.replace(':00Z', ':20:00Z'), { [outcome]: row.invocations, ...tokens }, { region });
  });
}
