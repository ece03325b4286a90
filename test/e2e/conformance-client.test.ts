import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Scenario } from '../helpers/conformance.ts';
import { clientScenarios, runClientConformance } from '../helpers/conformance-client.ts';

/** What our client does not do, and why; nothing here is required by either revision. */
const NOT_DONE = [
  // A program's own credentials: our client signs in a person.
  'auth/client-credentials-jwt',
  'auth/client-credentials-basic',
  'auth/wif-jwt-bearer',
  // A company's identity provider vouches for the user; no issuer we know of offers it.
  'auth/enterprise-managed-authorization',
  // Tokens bound to a key of this machine: an extension.
  'auth/dpop',
  'auth/dpop-nonce',
];

/** Checks that the suite skips because there is nothing to check. */
const SKIPPED = [
  // Messages that the revision no longer has.
  'ClientMcpMethodHeader_initialize',
  'ClientMcpMethodHeader_notifications_initialized',
];

describe.each(['2025-11-25', '2026-07-28'])('our client in the official conformance suite, revision %s', (revision) => {
  let required: string[];
  let notScored: string[];
  let results: Scenario[];

  beforeAll(async () => {
    // The SDK says which of the suite's tools it leaves out, and what servers do not offer.
    for (const method of ['debug', 'warn'] as const) vi.spyOn(console, method).mockImplementation(() => {});
    ({ required, notScored } = await clientScenarios(revision));
    const ran = await runClientConformance(revision);
    const asked = [...required, ...notScored.filter((name) => !NOT_DONE.includes(name))];
    results = asked.map((name) => ran.get(name) ?? { name, passed: 0, wanting: ['did not run'] });
  }, 300_000);
  afterAll(() => void vi.restoreAllMocks());

  it('passes every required scenario, warnings counted as failures', () => {
    expect(required.length).toBeGreaterThan(15);
    expect(wantingOf(results.filter(({ name }) => required.includes(name)))).toEqual([]);
  });

  it('passes those added since, too', () => {
    expect(wantingOf(results.filter(({ name }) => notScored.includes(name)))).toEqual([]);
  });

  it('checked something in each', () => {
    expect(results.filter(({ passed }) => passed === 0)).toEqual([]);
  });

  function wantingOf(scenarios: Scenario[]) {
    return scenarios
      .map(({ name, wanting }) => ({ name, wanting: wanting.filter((check) => !SKIPPED.includes(check)) }))
      .filter(({ wanting }) => wanting.length > 0);
  }
});
