import { describe, expect, it } from 'vitest';
import { authorizeByKey } from './authorizer.ts';

const methodArn = 'arn:aws:execute-api:us-east-1:111122223333:abc/prod/POST/mcp';

describe('the authorizer', () => {
  it.each([
    [{ 'x-api-key': 'k1' }, 'k1'],
    [{ 'X-API-Key': ' k1 ' }, 'k1'],
    [{ Authorization: 'Bearer k1' }, 'k1'],
    [{ authorization: 'bearer   k1' }, 'k1'],
    [{ 'X-Api-Key': 'k1', Authorization: 'Bearer other' }, 'k1'],
    [{ 'x-api-key': '', Authorization: 'Bearer k1' }, 'k1'],
  ])('finds the key in %j', async (headers, key) => {
    expect(await authorizeByKey({ methodArn, headers })).toEqual({
      principalId: 'api-key',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }],
      },
      usageIdentifierKey: key,
    });
  });

  it.each([{}, null, { authorization: 'Basic dTpw' }, { authorization: 'Bearer' }, { authorization: 'Bearer a b' }])(
    'refuses %j',
    async (headers) => {
      await expect(authorizeByKey({ methodArn, headers })).rejects.toThrow(/^Unauthorized$/);
    },
  );
});
