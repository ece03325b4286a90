import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { principalFromArn } from './principal.ts';

const STS = 'arn:aws:sts::444455556666';
const IAM = 'arn:aws:iam::444455556666';

describe('a role session', () => {
  it.each([
    [`${STS}:assumed-role/ReportWriter/ana@example.com`, 'role/ReportWriter', 'ana@example.com'],
    [`${STS}:assumed-role/lambda-exec/river-names-fn`, 'role/lambda-exec', 'river-names-fn'],
    [`${STS}:assumed-role/app/i-0invented000000001`, 'role/app', 'i-0invented000000001'],
    [`${STS}:assumed-role/app/botocore-session-1790000000`, 'role/app', 'botocore-session-1790000000'],
    [`${STS}:assumed-role/app/a=b,c.d_e-f+g@h`, 'role/app', 'a=b,c.d_e-f+g@h'],
    [
      `${STS}:assumed-role/AWSReservedSSO_Builders_0123456789abcdef/ana@example.com`,
      'role/AWSReservedSSO_Builders_0123456789abcdef',
      'ana@example.com',
    ],
    [
      `${STS}:assumed-role/AmazonBedrockAgentCoreSDKRuntime-eu-west-1-0invented/BedrockAgentCore-5eed0000-0000-4000-8000-000000000001`,
      'role/AmazonBedrockAgentCoreSDKRuntime-eu-west-1-0invented',
      'BedrockAgentCore-5eed0000-0000-4000-8000-000000000001',
    ],
    ['arn:aws-us-gov:sts::444455556666:assumed-role/ReportWriter/ana', 'role/ReportWriter', 'ana'],
    ['arn:aws-cn:sts::444455556666:assumed-role/ReportWriter/ana', 'role/ReportWriter', 'ana'],
    [`${STS}:assumed-role/odd/session/with/slashes`, 'role/odd', 'session/with/slashes'],
  ])('%s is %s by %s', (arn, principal, session) => {
    expect(principalFromArn(arn)).toEqual({ principal, session });
  });

  it.each([[`${STS}:assumed-role/checkout-api`], [`${STS}:assumed-role/checkout-api/`]])('%s may be unnamed', (arn) => {
    expect(principalFromArn(arn)).toEqual({ principal: 'role/checkout-api', session: undefined });
  });
});

describe('anyone else', () => {
  it.each([
    [`${IAM}:user/ana`, 'user/ana'],
    [`${IAM}:user/ana@example.com`, 'user/ana@example.com'],
    [`${IAM}:user/division/rivers/ana`, 'user/division/rivers/ana'],
    [`${IAM}:user/BedrockAPIKey-0inv`, 'user/BedrockAPIKey-0inv'],
    [`${IAM}:role/ReportWriter`, 'role/ReportWriter'],
    [`${IAM}:role/service-role/rivers/ReportWriter`, 'role/ReportWriter'],
    [`${IAM}:root`, 'root'],
    [`${STS}:federated-user/ana`, 'federated-user/ana'],
    ['arn:aws-us-gov:iam::444455556666:user/ana', 'user/ana'],
    ['arn:aws-cn:iam::444455556666:root', 'root'],
  ])('%s is %s, without a session', (arn, principal) => {
    expect(principalFromArn(arn)).toEqual({ principal, session: undefined });
  });

  it.each([[undefined], ['']])('is nobody for %j', (arn) => {
    expect(principalFromArn(arn)).toEqual({ principal: undefined, session: undefined });
  });

  it.each([
    ['arn:aws:sts::xxxx'],
    ['ana'],
    ['arn:aws:iam::444455556666:'],
    ['arn:aws:ec2:eu-west-1:444455556666:instance/i-0invented000000001'],
    ['AROAINVENTED0000000:ana'],
  ])('of another form keeps the whole text: %s', (arn) => {
    expect(principalFromArn(arn)).toEqual({ principal: arn, session: undefined });
  });
});

describe('any text', () => {
  it('never throws and always names someone', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'arn:aws:',
        'iam:',
        'sts:',
        ':',
        '444455556666:',
        'assumed-role',
        'role',
        'user',
        'root',
        '/',
        'ana',
        '\n',
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', minLength: 1 }),
          pieces.map((parts) => parts.join('')),
        ),
        (arn) => {
          expect(principalFromArn(arn).principal).toMatch(/./s);
        },
      ),
      { numRuns: 500 },
    );
  });
});
