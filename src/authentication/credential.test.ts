import { describe, expect, it } from 'vitest';
import { credentialFrom } from './credential.ts';

const from = (headers: Record<string, string>) => credentialFrom((name) => headers[name]);

describe('what a request proves itself with', () => {
  it.each([
    [{ 'x-api-key': ' k1 ' }, { header: 'x-api-key', value: 'k1' }],
    [{ authorization: 'bearer   k1' }, { header: 'authorization', value: 'k1' }],
    [
      { 'x-api-key': 'k1', authorization: 'Bearer k2' },
      { header: 'x-api-key', value: 'k1' },
    ],
    [
      { 'x-api-key': '', authorization: 'Bearer k2' },
      { header: 'authorization', value: 'k2' },
    ],
  ])('%j', (headers, credential) => {
    expect(from(headers as Record<string, string>)).toEqual(credential);
  });

  it.each([
    {},
    { authorization: 'Basic dTpw' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer a b' },
    { authorization: 'Bearer a, Bearer b' },
    { authorization: 'Bearer a,Bearer b' },
  ])('is nothing in %j', (headers) => {
    expect(from(headers as Record<string, string>)).toBeUndefined();
  });
});
