import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../authentication/client-identity.ts';
import { policyFromText } from './policy.ts';
import { createPseudonyms } from './pseudonyms.ts';

const options = {
  place: 'policy.yaml',
  tools: ['breakdown_spend', 'get_price'],
  pseudonymsOf: createPseudonyms.bind(undefined, 'k'.repeat(32)),
};
const read = (text: string) => policyFromText(text, options);
const key: ClientIdentity = { principal: 'key:k1', name: 'search-bot', claims: {} };
const token = (claims: Record<string, unknown>): ClientIdentity => ({
  principal: 'iss#ann',
  name: 'ann@example.com',
  claims,
});

const POLICY = `
rules:
  - name: finance
    match: { claims: { groups: [finops, platform] } }
    see: everything
  - name: partner
    match: { principal: key:k1 }
    see: { metadata.team: search, account: ["000022223333", "111122223333"] }
    pseudonyms: [metadata.user]
    tools: [breakdown_spend]
  - match: { claims: { iss: https://login.example.com } }
    see: { session: "\${email}", metadata.team: "team-\${groups}" }
  - match: { key: search-bot }
    see: everything
`;

describe('a policy', () => {
  const policy = read(POLICY);

  it('takes the first rule that matches, a list claim by any of its values', () => {
    expect(policy(token({ groups: ['people', 'finops'] }))).toMatchObject({ rule: 'finance', sees: 'everything' });
    expect(policy(token({ groups: 'platform' }))).toMatchObject({ rule: 'finance' });
  });

  it('reads filters, account ids as text, tools and further dimensions to hide', () => {
    const rights = policy(key);
    expect(rights).toMatchObject({
      rule: 'partner',
      sees: [
        { dimension: 'metadata.team', values: ['search'] },
        { dimension: 'account', values: ['000022223333', '111122223333'] },
      ],
      tools: ['breakdown_spend'],
    });
    expect(rights.pseudonyms?.dimensions).toEqual(['principal', 'session', 'caller', 'account', 'metadata.user']);
  });

  it('fills in what the client is, a list as any of its values', () => {
    const email = { email: 'ann@example.com', email_verified: true };
    const claims = { iss: 'https://login.example.com', ...email, groups: ['search', 7, 'ads'] };
    expect(policy(token(claims)).sees).toEqual([
      { dimension: 'session', values: ['ann@example.com'] },
      { dimension: 'metadata.team', values: ['team-search', 'team-7', 'team-ads'] },
    ]);
  });

  it('shows nothing to whom no rule matches, unless it says otherwise', () => {
    expect(policy(token({}))).toMatchObject({ rule: 'default', sees: 'nothing' });
    expect(policy(undefined)).toMatchObject({ rule: 'default', sees: 'nothing' });
    expect(read('default: everything')(undefined)).toMatchObject({ sees: 'everything' });
  });
});

describe('a placeholder', () => {
  const mine = (template: string) => read(JSON.stringify({ rules: [{ see: { session: template } }] }));

  it.each([
    ['a claim that is missing', {}],
    ['an empty claim', { email: '' }],
    ['an empty list', { email: [] }],
    ['an object', { email: { $ne: 1 } }],
    ['true', { email: true }],
    ['null', { email: null }],
    ['what stands for an absent value', { email: '(none)' }],
  ])('denies for %s: it never widens', (_, claims) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    const rights = mine('${email}')(token({ ...claims, email_verified: true }));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    expect(rights).toMatchObject({ sees: 'nothing', missing: '${email}' });
  });

  describe('for an address', () => {
    const finance = read('rules: [{ match: { claims: { email: ann@example.com } }, see: everything }]');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    const own = mine('${email}');
    const claims = (verified: unknown) => ({ email: 'ann@example.com', email_verified: verified });

    it.each([false, 'false', 'True', '1', 1, null, undefined, ['true'], {}])(
      'denies where the issuer does not say that it verified it: %j',
      (verified) => {
        expect(own(token(claims(verified)))).toMatchObject({ sees: 'nothing' });
        expect(finance(token(claims(verified)))).toMatchObject({ sees: 'nothing' });
      },
    );

    it.each([true, 'true'])('takes the issuer’s word: %j', (verified) => {
      expect(own(token(claims(verified))).sees).toEqual([{ dimension: 'session', values: ['ann@example.com'] }]);
      expect(finance(token(claims(verified))).sees).toBe('everything');
    });
  });

  it('takes no claim from the prototype', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    expect(mine('${constructor}')(token({}))).toMatchObject({ sees: 'nothing' });
  });

  it('gives a key its name, and a token none of a key', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    const policy = mine('role/${key.name}');
    expect(policy(key).sees).toEqual([{ dimension: 'session', values: ['role/search-bot'] }]);
    expect(policy(token({ 'key.name': 'x' }))).toMatchObject({ sees: 'nothing' });
  });
});

describe('a rule by a key’s name', () => {
  it('is not for a token whose user has that name', () => {
    const policy = read('rules: [{ match: { key: search-bot }, see: everything }]');
    expect(policy(key).sees).toBe('everything');
    expect(policy({ ...token({}), name: 'search-bot' }).sees).toBe('nothing');
  });
});

describe('a policy that cannot be used', () => {
  it.each([
    ['rules: [{ see: everything, sees: nothing }]', /Unrecognized key: "sees"/],
    ['rules: [{ match: { claim: { a: b } }, see: everything }]', /claim/],
    ['rules: [{ see: {} }]', /name at least one dimension/],
    ['rules: [{ see: { session: [] } }]', /rules\.0\.see/],
    ['rules: [{ see: { sesion: ann } }]', /no dimension "sesion"/],
    ['rules: [{ see: { day: 2026-10-01 } }]', /day is a time/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    ['rules: [{ see: { session: "${a}${b}" } }]', /at most one placeholder/],
    ['rules: [{ see: { session: "$email" } }]', /at most one placeholder/],
    ['rules: [{ see: everything, tools: [breakdown] }]', /There is no tool breakdown/],
    ['rules: [{ see: everything, pseudonyms: "yes" }]', /pseudonyms/],
    ['default: all', /default/],
    ['rules: [{ see: everything }', /not readable as YAML/],
    ['rules: [{ see: everything, see: nothing }]', /not readable as YAML.*unique/s],
  ])('%s', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING', message: expect.stringMatching(message) }),
    );
  });

  it('is one with pseudonyms and no key for them', () => {
    const rules = 'rules: [{ see: everything, pseudonyms: true }]';
    expect(() => policyFromText(rules, { ...options, pseudonymsOf: undefined })).toThrow(/BEDROCK_SPEND_PSEUDONYM_KEY/);
  });
});
