import { parse } from 'yaml';
import * as z from 'zod';
import type { ClientIdentity } from '../authentication/client-identity.ts';
import { type Dimension, dimensionFromText, type Filter, isTimeDimension, NONE } from '../domain/dimension.ts';
import { SpendError } from '../domain/errors.ts';
import { PERSONAL_DIMENSIONS, type Pseudonyms } from './pseudonyms.ts';
import { EVERYTHING, type Rights, type Visibility } from './rights.ts';

/** Tells what a client may see. */
export type Policy = (client: ClientIdentity | undefined) => Rights;

export interface PolicyOptions {
  /** The file or variable, for messages. */
  place: string;
  /** Names of the tools there are. */
  tools: readonly string[];
  /** Undefined where there is no key to make them with. */
  pseudonymsOf: ((dimensions: readonly Dimension[]) => Pseudonyms) | undefined;
}

/** `${email}`: the client's claim. One a value, so that what a list of values means stays plain. */
const PLACEHOLDER = /^([^$]*)\$\{([^{}]+)\}([^$]*)$/;

const text = z.string().min(1);
const texts = z.union([text.transform((one) => [one]), z.array(text).min(1)]);

const dimension = z.string().transform((name, context) => {
  try {
    const read = dimensionFromText(name);
    if (!isTimeDimension(read)) return read;
    context.addIssue(`${name} is a time; a policy cannot filter by it`);
  } catch (error) {
    context.addIssue((error as Error).message);
  }
  return z.NEVER;
});

const value = text.refine(
  (one) => !one.includes('$') || PLACEHOLDER.test(one),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the operator writes
  'write at most one placeholder in a value, like ${email}',
);

const ruleSchema = z.strictObject({
  name: text.optional(),
  match: z
    .strictObject({ principal: texts.optional(), key: texts.optional(), claims: z.record(text, texts).optional() })
    .default({}),
  see: z.union([
    z.enum(['everything', 'nothing']),
    z
      .record(z.string(), z.union([value.transform((one) => [one]), z.array(value).min(1)]))
      .refine((filters) => Object.keys(filters).length > 0, 'name at least one dimension')
      .transform((filters) => Object.entries(filters))
      .pipe(z.array(z.tuple([dimension, z.array(z.string())]))),
  ]),
  pseudonyms: z
    .union([
      z.literal('true').transform(() => PERSONAL_DIMENSIONS),
      z.literal('false').transform((): Dimension[] => []),
      z.array(dimension).transform((more) => [...PERSONAL_DIMENSIONS, ...more]),
    ])
    .default([]),
  tools: z.array(text).optional(),
});

const policySchema = z.strictObject({
  rules: z.array(ruleSchema).default([]),
  default: z.enum(['everything', 'nothing']).default('nothing'),
});

type Rule = z.output<typeof ruleSchema>;

/**
 * Reads a policy, YAML or JSON: the first rule that matches a client tells what that client sees. `docs/security.md` shows one.
 * @throws SpendError INVALID_SETTING naming each bad field
 */
export function policyFromText(source: string, { place, tools, pseudonymsOf }: PolicyOptions): Policy {
  const wrong = (why: string, cause?: unknown) =>
    new SpendError('INVALID_SETTING', `The policy in ${place} cannot be used. ${why}`, { cause });
  const checked = policySchema.safeParse(parsed(source, wrong));
  if (!checked.success) {
    throw wrong(`${checked.error.issues.flatMap((issue) => issueTexts(issue)).join('; ')}.`);
  }
  const { rules, default: otherwise } = checked.data;
  const unknown = rules.flatMap((rule) => rule.tools ?? []).find((tool) => !tools.includes(tool));
  if (unknown !== undefined) throw wrong(`There is no tool ${unknown}. There are ${tools.join(', ')}.`);
  if (pseudonymsOf === undefined && rules.some(({ pseudonyms }) => pseudonyms.length > 0))
    throw wrong('Pseudonyms need a key: set BEDROCK_SPEND_PSEUDONYM_KEY.');
  return (client) => {
    const index = rules.findIndex((rule) => matches(rule.match, client));
    const rule = rules[index];
    if (rule === undefined) return { ...EVERYTHING, rule: 'default', sees: otherwise };
    return {
      rule: rule.name ?? `rule ${index + 1}`,
      tools: rule.tools,
      pseudonyms: rule.pseudonyms.length > 0 ? pseudonymsOf?.(rule.pseudonyms) : undefined,
      ...visibilityOf(rule.see, client),
    };
  };
}

/** Every scalar is taken as text, so that an account id keeps its zeros. */
function parsed(source: string, wrong: (why: string, cause: unknown) => SpendError): unknown {
  try {
    return parse(source, { schema: 'failsafe' });
  } catch (cause) {
    throw wrong(`It is not readable as YAML or JSON: ${(cause as Error).message}`, cause);
  }
}

/** Of a field that may be several things, what is wrong with it as each of them. */
function issueTexts(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): string[] {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union') return [`${path.join('.') || 'file'}: ${issue.message}`];
  return issue.errors.flat().flatMap((inner) => issueTexts(inner, path));
}

/** All that a rule names must be so; of several values, any. A rule that names nothing matches everybody. */
function matches({ principal, key, claims = {} }: Rule['match'], client: ClientIdentity | undefined): boolean {
  const any = (wanted: readonly string[] | undefined, given: readonly string[]) =>
    wanted === undefined || wanted.some((one) => given.includes(one));
  return (
    any(principal, client ? [client.principal] : []) &&
    any(key, keyName(client)) &&
    Object.entries(claims).every(([name, wanted]) => any(wanted, claimTexts(client, name)))
  );
}

/** With the client's own values for placeholders. A value that is missing denies: it must never widen what is seen. */
function visibilityOf(see: Rule['see'], client: ClientIdentity | undefined): { sees: Visibility; missing?: string } {
  if (typeof see === 'string') return { sees: see };
  const filters: Filter[] = [];
  for (const [name, templates] of see) {
    const values = [...new Set(templates.flatMap((template) => valuesFrom(template, client)))];
    if (values.length === 0) return { sees: 'nothing', missing: templates.flatMap(placeholderIn).join(', ') };
    filters.push({ dimension: name, values });
  }
  return { sees: filters };
}

function valuesFrom(template: string, client: ClientIdentity | undefined): string[] {
  const [, before, name, after] = PLACEHOLDER.exec(template) ?? [];
  if (name === undefined) return [template];
  return placeholderTexts(client, name).map((own) => `${before}${own}${after}`);
}

/** Without what the rule has around it, which may name others. */
function placeholderIn(template: string): string[] {
  return /\$\{[^{}]+\}/.exec(template) ?? [];
}

function placeholderTexts(client: ClientIdentity | undefined, name: string): string[] {
  if (name === 'key.name') return keyName(client);
  // What stands for an absent value is nobody's own.
  return claimTexts(client, name).filter((own) => own !== NONE);
}

function keyName(client: ClientIdentity | undefined): string[] {
  return client?.principal.startsWith('key:') && client.name ? [client.name] : [];
}

function claimTexts(client: ClientIdentity | undefined, name: string): string[] {
  if (client === undefined || !Object.hasOwn(client.claims, name)) return [];
  // Anybody can write any address into an account; only the provider's word makes it theirs.
  if (name === 'email' && !isVerified(client.claims['email_verified'])) return [];
  return [client.claims[name]]
    .flat()
    .flatMap((one) => (typeof one === 'string' || typeof one === 'number' ? `${one}` : []))
    .filter((one) => one !== '');
}

/**
 * A boolean by OpenID Connect Core 1.0, section 5.1; Cognito and Apple send it as text as well:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
 */
function isVerified(claim: unknown): boolean {
  return claim === true || claim === 'true';
}
