import { readFile } from 'node:fs/promises';
import type { ClientIdentity } from '../authentication/client-identity.ts';
import type { Dimension } from '../domain/dimension.ts';
import { SpendError } from '../domain/errors.ts';
import type { Audit } from './audit.ts';
import type { Policy } from './policy.ts';
import { createPseudonyms, PERSONAL_DIMENSIONS, type Pseudonyms } from './pseudonyms.ts';
import { EVERYTHING, type Rights } from './rights.ts';

export interface AccessControlOptions {
  /** A file, or the policy itself, which begins with a brace. Undefined: every client sees everything. */
  policy?: string | undefined;
  /** Dimensions that are shown by pseudonym to everybody, besides those that name people and accounts. Undefined: none at all. */
  pseudonyms?: readonly Dimension[] | undefined;
  pseudonymKey?: string | undefined;
  /** `off`, `log` or a file. */
  audit?: string | undefined;
}

/** Who may see what, and who hears of it. */
export interface AccessControl {
  rightsOf(client: ClientIdentity | undefined): Rights;
  audit: Audit | undefined;
}

/** @throws SpendError INVALID_SETTING */
export async function openAccessControl(
  { policy, pseudonyms, pseudonymKey, audit = 'off' }: AccessControlOptions,
  tools: () => Promise<readonly string[]>,
  log: (line: string) => void,
): Promise<AccessControl> {
  const pseudonymsOf =
    pseudonymKey === undefined
      ? undefined
      : (dimensions: readonly Dimension[]) => createPseudonyms(pseudonymKey, dimensions);
  if (pseudonyms && pseudonymsOf === undefined)
    throw new SpendError('INVALID_SETTING', 'Pseudonyms need a key: set BEDROCK_SPEND_PSEUDONYM_KEY.');
  const given = policy === undefined ? () => EVERYTHING : await openPolicy(policy, tools, pseudonymsOf);
  return {
    rightsOf(client) {
      const rights = given(client);
      if (pseudonyms === undefined) return rights;
      const all = [...PERSONAL_DIMENSIONS, ...pseudonyms, ...(rights.pseudonyms?.dimensions ?? [])];
      return { ...rights, pseudonyms: pseudonymsOf?.(all) };
    },
    audit: audit === 'off' ? undefined : await (await import('./audit.ts')).openAudit(audit, log),
  };
}

async function openPolicy(
  setting: string,
  toolNames: () => Promise<readonly string[]>,
  pseudonymsOf: ((dimensions: readonly Dimension[]) => Pseudonyms) | undefined,
): Promise<Policy> {
  const [{ policyFromText }, tools] = await Promise.all([import('./policy.ts'), toolNames()]);
  if (setting.trimStart().startsWith('{'))
    return policyFromText(setting, { place: 'BEDROCK_SPEND_POLICY', tools, pseudonymsOf });
  const { checkTrusted } = await import('../authentication/trusted-file.ts');
  const read = async () => {
    await checkTrusted(setting);
    return readFile(setting, 'utf8');
  };
  const text = await read().catch((cause: NodeJS.ErrnoException) => {
    if (cause instanceof SpendError) throw cause;
    throw new SpendError('INVALID_SETTING', `The policy file ${setting} cannot be read (${cause.code}).`, { cause });
  });
  return policyFromText(text, { place: setting, tools, pseudonymsOf });
}
