import { describe, expect, it } from 'vitest';
import { modelFromDestinations } from './profile-model.ts';

const at = (region: string, model = 'anthropic.claude-sonnet-4-6') =>
  `arn:aws:bedrock:${region}::foundation-model/${model}`;

describe('the model behind a profile', () => {
  it.each([
    ['one region', [at('us-east-1')], 'anthropic.claude-sonnet-4-6'],
    ['regions of the United States', [at('us-east-1'), at('us-west-2')], 'us.anthropic.claude-sonnet-4-6'],
    ['regions of Europe', [at('eu-west-1'), at('eu-north-1')], 'eu.anthropic.claude-sonnet-4-6'],
    ['regions of Asia', [at('ap-northeast-1'), at('ap-south-1')], 'apac.anthropic.claude-sonnet-4-6'],
    ['several geographies', [at('us-east-1'), at('eu-west-1')], 'global.anthropic.claude-sonnet-4-6'],
    ['an ARN without region', [at('us-east-1'), at('')], 'global.anthropic.claude-sonnet-4-6'],
    ['nothing', [], undefined],
    ['two models', [at('us-east-1'), at('us-east-1', 'amazon.nova-lite-v1:0')], undefined],
    ['something else', ['arn:aws:bedrock:us-east-1:1:custom-model/x'], undefined],
  ])('with %s', (_, arns, model) => {
    expect(modelFromDestinations(arns)).toBe(model);
  });
});
