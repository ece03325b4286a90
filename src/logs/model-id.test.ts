import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ModelIdentity, modelIdentity } from './model-id.ts';

const REGIONAL = 'arn:aws:bedrock:eu-west-1:444455556666';
const GOVERNMENT = 'arn:aws-us-gov:bedrock:us-gov-west-1:444455556666';
const CHINA = 'arn:aws-cn:bedrock:cn-north-1:444455556666';
const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

describe('a plain model id', () => {
  it.each([
    ['anthropic.claude-sonnet-4-6', 'anthropic'],
    [SONNET, 'anthropic'],
    ['anthropic.claude-v2:1', 'anthropic'],
    ['amazon.nova-2-lite-v1:0', 'amazon'],
    ['amazon.titan-embed-text-v2:0', 'amazon'],
    ['ai21.jamba-1-5-large-v1:0', 'ai21'],
    ['cohere.embed-v4:0', 'cohere'],
    ['deepseek.v3.2', 'deepseek'],
    ['deepseek.v3-v1:0', 'deepseek'],
    ['google.gemma-3-27b-it', 'google'],
    ['meta.llama3-1-405b-instruct-v1:0', 'meta'],
    ['minimax.minimax-m2.1', 'minimax'],
    ['mistral.mistral-large-2407-v1:0', 'mistral'],
    ['moonshotai.kimi-k2.5', 'moonshotai'],
    ['openai.gpt-oss-120b-1:0', 'openai'],
    ['qwen.qwen3-next-80b-a3b', 'qwen'],
    ['twelvelabs.pegasus-1-2-v1:0', 'twelvelabs'],
    ['writer.palmyra-x5-v1:0', 'writer'],
    ['xai.grok-4.3', 'xai'],
    ['zai.glm-4.7', 'zai'],
  ])('%s is of %s and runs in its region', (model, provider) => {
    expect(modelIdentity(model)).toEqual({ model, provider, scope: 'in-region', profile: undefined });
  });

  it.each([[''], ['a1b2c3d4e5f6'], ['my-model']])('%j names no provider and no scope', (model) => {
    expect(modelIdentity(model)).toEqual({ model, provider: undefined, scope: 'unknown', profile: undefined });
  });
});

describe('a cross-region profile id', () => {
  it.each([['apac.'], ['au.'], ['ca.'], ['eu.'], ['in.'], ['jp.'], ['kr.'], ['us.'], ['us-gov.']])(
    '%s keeps to a geography',
    (prefix) => {
      expect(modelIdentity(prefix + SONNET)).toEqual({
        model: SONNET,
        provider: 'anthropic',
        scope: 'geo',
        profile: undefined,
      });
    },
  );

  it('global. runs anywhere', () => {
    expect(modelIdentity(`global.${SONNET}`)).toEqual({
      model: SONNET,
      provider: 'anthropic',
      scope: 'global',
      profile: undefined,
    });
  });

  it.each([
    ['us.deepseek.r1-v1:0', 'deepseek.r1-v1:0', 'deepseek', 'geo'],
    ['us.deepseek.v3.2', 'deepseek.v3.2', 'deepseek', 'geo'],
    ['jp.zai.glm-4.7', 'zai.glm-4.7', 'zai', 'geo'],
    ['global.moonshotai.kimi-k2.5', 'moonshotai.kimi-k2.5', 'moonshotai', 'global'],
    ['us-gov.openai.gpt-oss-20b-1:0', 'openai.gpt-oss-20b-1:0', 'openai', 'geo'],
  ])('%s is %s', (modelId, model, provider, scope) => {
    expect(modelIdentity(modelId)).toEqual({ model, provider, scope, profile: undefined });
  });
});

describe('a context window after the version', () => {
  it.each([
    [`${SONNET}:48k`, SONNET],
    ['anthropic.claude-3-haiku-20240307-v1:0:200k', 'anthropic.claude-3-haiku-20240307-v1:0'],
    ['anthropic.claude-v2:1:18k', 'anthropic.claude-v2:1'],
    ['meta.llama3-1-8b-instruct-v1:0:128k', 'meta.llama3-1-8b-instruct-v1:0'],
    ['amazon.nova-pro-v1:0:300k', 'amazon.nova-pro-v1:0'],
    ['amazon.nova-premier-v1:0:1000k', 'amazon.nova-premier-v1:0'],
    ['amazon.nova-premier-v1:0:mm', 'amazon.nova-premier-v1:0'],
    ['arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-text-lite-v1:0:4k', 'amazon.titan-text-lite-v1:0'],
    ['us.amazon.nova-lite-v1:0:300k', 'amazon.nova-lite-v1:0'],
    ['amazon.nova-lite-v1:10:300k', 'amazon.nova-lite-v1:10'],
  ])('of %s is dropped', (modelId, model) => {
    expect(modelIdentity(modelId).model).toBe(model);
  });
});

describe('an ARN that holds a model id', () => {
  it('is one of Bedrock, and of no other service', () => {
    const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:foundation-model/amazon.nova-lite-v1:0';
    expect(modelIdentity(arn)).toMatchObject({
      model: 'foundation-model/amazon.nova-lite-v1:0',
      provider: undefined,
      scope: 'unknown',
    });
  });

  it.each<[modelId: string, model: string, provider: string, scope: ModelIdentity['scope']]>([
    [`${REGIONAL}:inference-profile/eu.${SONNET}`, SONNET, 'anthropic', 'geo'],
    [`${REGIONAL}:inference-profile/global.${SONNET}`, SONNET, 'anthropic', 'global'],
    [`${REGIONAL}:inference-profile/apac.amazon.nova-micro-v1:0`, 'amazon.nova-micro-v1:0', 'amazon', 'geo'],
    [`${GOVERNMENT}:inference-profile/us-gov.${SONNET}`, SONNET, 'anthropic', 'geo'],
    [`arn:aws:bedrock:us-east-1::foundation-model/${SONNET}`, SONNET, 'anthropic', 'in-region'],
    ['arn:aws:bedrock:us-east-1::foundation-model/zai.glm-4.7', 'zai.glm-4.7', 'zai', 'in-region'],
    [`arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/${SONNET}`, SONNET, 'anthropic', 'in-region'],
    [
      'arn:aws-cn:bedrock:cn-north-1::foundation-model/amazon.nova-lite-v1:0',
      'amazon.nova-lite-v1:0',
      'amazon',
      'in-region',
    ],
  ])('%s is %s', (modelId, model, provider, scope) => {
    expect(modelIdentity(modelId)).toEqual({ model, provider, scope, profile: undefined });
  });
});

describe('an ARN that holds no model id', () => {
  it.each([
    [`${REGIONAL}:provisioned-model/pt0invented01`, 'provisioned-model/pt0invented01'],
    [`${REGIONAL}:custom-model-deployment/cd0invented1`, 'custom-model-deployment/cd0invented1'],
    [`${REGIONAL}:imported-model/im0invented1`, 'imported-model/im0invented1'],
    [
      `${REGIONAL}:custom-model/amazon.titan-text-express-v1:0:8k/cm0invented1`,
      'custom-model/amazon.titan-text-express-v1:0:8k/cm0invented1',
    ],
    [`${REGIONAL}:prompt-router/pr0invented1`, 'prompt-router/pr0invented1'],
    [`${REGIONAL}:default-prompt-router/anthropic.claude:1`, 'default-prompt-router/anthropic.claude:1'],
    [`${REGIONAL}:prompt/PM0INVENTD:3`, 'prompt/PM0INVENTD:3'],
    [`${GOVERNMENT}:provisioned-model/pt0invented01`, 'provisioned-model/pt0invented01'],
    [`${CHINA}:custom-model-deployment/cd0invented1`, 'custom-model-deployment/cd0invented1'],
    ['arn:aws:sagemaker:us-east-1:444455556666:endpoint/river-names', 'endpoint/river-names'],
    ['arn:aws-us-gov:sagemaker:us-gov-west-1:444455556666:endpoint/river-names', 'endpoint/river-names'],
  ])('%s is named by its kind and id', (modelId, model) => {
    expect(modelIdentity(modelId)).toEqual({ model, provider: undefined, scope: 'unknown', profile: undefined });
  });

  it.each([[REGIONAL], [GOVERNMENT], [CHINA]])('is a profile too for %s:application-inference-profile', (start) => {
    const model = 'application-inference-profile/a1b2c3d4e5f6';
    expect(modelIdentity(`${start}:${model}`)).toEqual({
      model,
      provider: undefined,
      scope: 'unknown',
      profile: model,
    });
  });
});

describe('a name this function gave', () => {
  it.each([
    [SONNET],
    ['application-inference-profile/a1b2c3d4e5f6'],
    ['provisioned-model/pt0invented01'],
    ['custom-model/amazon.titan-text-express-v1:0:8k/cm0invented1'],
    ['default-prompt-router/anthropic.claude:1'],
    ['endpoint/river-names'],
    ['endpoint/river.names'],
  ])('%s reads as itself', (model) => {
    expect(modelIdentity(model).model).toBe(model);
  });

  it.each([
    ['provisioned-model/pt0invented01'],
    ['custom-model/amazon.titan-text-express-v1:0:8k/cm0invented1'],
    ['default-prompt-router/anthropic.claude:1'],
    ['endpoint/river.names'],
  ])('%s still names no provider', (model) => {
    expect(modelIdentity(model)).toMatchObject({ provider: undefined, scope: 'unknown' });
  });
});

describe('any other text', () => {
  it('never throws and always gives a model', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'arn',
        ':',
        '/',
        '.',
        'aws',
        'bedrock',
        'us',
        'global',
        'foundation-model',
        'inference-profile',
        '0',
        '48k',
        '\n',
        '',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          pieces.map((parts) => parts.join('')),
        ),
        (modelId) => {
          const { model, scope } = modelIdentity(modelId);
          expect(modelId).toContain(model);
          expect(['in-region', 'geo', 'global', 'unknown']).toContain(scope);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([['a.'], [':0'], ['arn:'], ['arn:a:b:c:d:'], ['us.']])(
    // An expression that backtracks over this would outlast any limit of a test.
    'ends over %j a hundred thousand times',
    (piece) => {
      const modelId = piece.repeat(100_000);
      expect(modelId).toContain(modelIdentity(modelId).model);
    },
  );
});
