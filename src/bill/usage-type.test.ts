import { describe, expect, it } from 'vitest';
import { usageTypeFrom } from './usage-type.ts';

const SONNET = 'Claude Sonnet 4.5 (Amazon Bedrock Edition)';

/** kind, region, name of the model, class, tier, global, tokens in a unit. */
function read(usageType: string, service = 'Amazon Bedrock'): unknown[] {
  const usage = usageTypeFrom(usageType, service);
  if (!('region' in usage)) return [usage.kind];
  const { kind, region, stem, tokenClass, tier, global, tokensPerUnit } = usage;
  return [kind, region, stem, tokenClass, tier, global, tokensPerUnit];
}

/**
 * From https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html and, for what that page does not
 * show, from the AWS Price List as public parsers of it quote it (2026); some in other regions or scopes than there. What custom
 * model import is called on a bill was found nowhere, only that its name has these words.
 */
describe('usage types of tokens', () => {
  it.each([
    ['USE1-Claude4.6Sonnet-input-tokens', ['runtime', 'us-east-1', 'Claude4.6Sonnet', 'input', 'standard', false]],
    [
      'USE1-Claude4.6Sonnet-output-tokens-cross-region-global',
      ['runtime', 'us-east-1', 'Claude4.6Sonnet', 'output', 'standard', true],
    ],
    [
      'USE1-Claude4.6Sonnet-cache-read-input-token-count',
      ['runtime', 'us-east-1', 'Claude4.6Sonnet', 'cache_read', 'standard', false],
    ],
    [
      'USW2-Claude4.6Sonnet-cache-write-input-token-count',
      ['runtime', 'us-west-2', 'Claude4.6Sonnet', 'cache_write_5m', 'standard', false],
    ],
    [
      'APS3-Claude4.6Sonnet-cache-write-1h-input-token-count-cross-region-global',
      ['runtime', 'ap-south-1', 'Claude4.6Sonnet', 'cache_write_1h', 'standard', true],
    ],
    [
      'USE1-Claude4.5Haiku-input-token-count-global',
      ['runtime', 'us-east-1', 'Claude4.5Haiku', 'input', 'standard', true],
    ],
    ['USE1-gpt-oss-120b-output-tokens-priority', ['runtime', 'us-east-1', 'gpt-oss-120b', 'output', 'priority', false]],
    ['USE1-Nova2.0Lite-input-tokens-flex', ['runtime', 'us-east-1', 'Nova2.0Lite', 'input', 'flex', false]],
    [
      'USE1-Nova2.0Pro-text-input-tokens-priority-cross-region-global',
      ['runtime', 'us-east-1', 'Nova2.0Pro', 'input', 'priority', true],
    ],
    [
      'USE1-Claude3-5Haiku-input-tokens-latency-optimized',
      ['runtime', 'us-east-1', 'Claude3-5Haiku', 'input', 'latency-optimized', false],
    ],
    [
      'EU-TitanEmbeddingV2-Text-input-tokens',
      ['runtime', 'eu-west-1', 'TitanEmbeddingV2-Text', 'input', 'standard', false],
    ],
    ['EUC1-Llama3-3-70B-input-tokens', ['runtime', 'eu-central-1', 'Llama3-3-70B', 'input', 'standard', false]],
    ['USE1-NovaPro-input-tokens-batch', ['batch', 'us-east-1', 'NovaPro', 'input', 'batch', false]],
    [
      'USE1-Nova2.0Lite-input-tokens-cross-region-global-batch',
      ['batch', 'us-east-1', 'Nova2.0Lite', 'input', 'batch', true],
    ],
    [
      'USE1-openai.gpt-oss-120b-mantle-input-tokens-standard',
      ['mantle', 'us-east-1', 'openai.gpt-oss-120b', 'input', 'standard', false],
    ],
    [
      'USW2-anthropic.claude-opus-4-8-mantle-cache-write-tokens-global-standard',
      ['mantle', 'us-west-2', 'anthropic.claude-opus-4-8', 'cache_write_5m', 'standard', true],
    ],
  ])('%s, by the thousand', (usageType, expected) => {
    expect(read(usageType)).toEqual([...expected, 1_000]);
  });

  it.each([
    ['USE1-MP:USE1_InputTokenCount-Units', ['runtime', 'us-east-1', 'input', 'standard', false]],
    ['USE1-MP:USE1_OutputTokenCount_Global-Units', ['runtime', 'us-east-1', 'output', 'standard', true]],
    ['EUC1-MP:EUC1_CacheReadInputTokenCount-Units', ['runtime', 'eu-central-1', 'cache_read', 'standard', false]],
    [
      'USE1-MP:USE1_CacheWriteInputTokenCount_LCtx-Units',
      ['runtime', 'us-east-1', 'cache_write_5m', 'standard', false],
    ],
    ['USE1-MP:USE1_CacheWrite1hInputTokenCount-Units', ['runtime', 'us-east-1', 'cache_write_1h', 'standard', false]],
    ['USE1-MP:USE1_InputTokenCount_Global_Batch-Units', ['batch', 'us-east-1', 'input', 'batch', true]],
    ['USE1-MP:USE1_input_tokens_standard-Units', ['runtime', 'us-east-1', 'input', 'standard', false]],
    ['USE1-MP:USE1_cache_read_tokens_global_standard-Units', ['runtime', 'us-east-1', 'cache_read', 'standard', true]],
    [
      'USE1-MP:USE1_cache_write_tokens_1h_global_standard-Units',
      ['runtime', 'us-east-1', 'cache_write_1h', 'standard', true],
    ],
    ['USE1-MP:USE1_output_tokens_batch-Units', ['batch', 'us-east-1', 'output', 'batch', false]],
    ['USE1_input_tokens_global_standard-Units', ['runtime', 'us-east-1', 'input', 'standard', true]],
  ])('%s, by the million, of the product that is the service', (usageType, [kind, region, ...rest]) => {
    expect(read(usageType, SONNET)).toEqual([kind, region, 'Claude Sonnet 4.5', ...rest, 1_000_000]);
  });

  it.each([
    ['USE1-Guardrail-ContentPolicyUnitsConsumed', 'guardrail'],
    ['USE1-Guardrail-SensitiveInformationPolicyPaidUnitsConsumed', 'guardrail'],
    ['USE1-GuardrailChecks-PromptAttackCheckUnitsConsumed', 'guardrail'],
    ['USE1-MP:USE1_ProvisionedThroughput_NoCommit_ModelUnits_Usage-Units', 'provisioned'],
    ['USE1-MP:USE1_Reserved_3Month_OutputTPM_Global-Units', 'provisioned'],
    ['USE1-TitanImageGeneratorV2-ProvisionedThroughput-NoCommit-ModelUnits', 'provisioned'],
    ['USE1-CustomModelImport-Llama-v1.0-CustomModelUnit', 'custom-import'],
    ['USE1-Nova2.0Pro-input-image-token-count-cross-region-global', 'other'],
    ['USE1-NovaPro-cache-write-input-token-count-custom-model', 'other'],
    ['USE1-MP:USE1_InputImageCount-Units', 'other'],
    ['USE1-cohere.rerank-english-v3-search-units', 'other'],
    ['USE1-DataAutomation-Standard-ImagesProcessed', 'other'],
    ['ZZZ9-NovaPro-input-tokens', 'other'],
    ['', 'other'],
  ])('%s is %s', (usageType, kind) => {
    expect(read(usageType)).toEqual([kind]);
  });
});
