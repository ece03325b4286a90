/**
 * What AWS says that requests, answers and errors of a service look like: the schemas by which the SDK for JavaScript writes and
 * reads them, and what of the model only its types keep (values of enumerations, errors of operations). They are what the lock file
 * names, so the doubles are held to the very model that our code speaks. botocore has lengths and patterns besides, but comes with
 * Python alone; those that matter here the doubles enforce themselves, in AWS's words.
 */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import type { Input } from './input.ts';

/** Each says what is wrong, or nothing. */
export interface ServiceModel {
  /** As `StopQuery`, by the method and the path of a request. */
  operationAt(method: string, path: string): string | undefined;
  /** Of a request that has its members in its query. */
  inputFromQuery(operation: string, query: URLSearchParams): Input;
  inRequest(operation: string, input: unknown): string | undefined;
  inAnswer(operation: string, output: unknown): string | undefined;
  inError(operation: string, error: { type: string; status: number; details: object }): string | undefined;
}

/** By the name that requests are signed for. */
const PACKAGES: Readonly<Record<string, string>> = {
  athena: 'client-athena',
  bedrock: 'client-bedrock',
  ce: 'client-cost-explorer',
  dynamodb: 'client-dynamodb',
  logs: 'client-cloudwatch-logs',
  monitoring: 'client-cloudwatch',
  sts: 'client-sts',
};

/** "Errors common to the API actions of all AWS services": https://docs.aws.amazon.com/mgn/latest/APIReference/CommonErrors.html */
const COMMON_ERRORS = new Set([
  ...['AccessDeniedException', 'ExpiredTokenException', 'IncompleteSignature', 'InternalFailure', 'NotAuthorized'],
  ...['MalformedHttpRequestException', 'OptInRequired', 'RequestAbortedException', 'RequestEntityTooLargeException'],
  ...['RequestExpired', 'RequestTimeoutException', 'ServiceUnavailable', 'ThrottlingException', 'ValidationError'],
  ...['UnknownOperationException', 'UnrecognizedClientException'],
  // Not on that page, and recorded of services: what cannot be read, and XML's word for AccessDeniedException.
  ...['SerializationException', 'AccessDenied'],
]);

/** A long answer may have one mistake in each of its items. */
const MOST_TOLD = 5;

type Operation = [kind: 9, namespace: string, name: string, traits: unknown, input: SchemaRef, output: SchemaRef];

const models = new Map<string, ServiceModel>();

/** Loaded when it is first asked for. @param service the name that requests are signed for */
export function modelOf(service: string): ServiceModel {
  const model = models.get(service) ?? loadModel(service);
  models.set(service, model);
  return model;
}

function loadModel(service: string): ServiceModel {
  const name = `@aws-sdk/${PACKAGES[service]}`;
  const require = createRequire(import.meta.url);
  const folder = join(require.resolve(name), '../..');
  const sdk: Record<string, unknown> = require(name);
  const types = (path: string) => readFileSync(join(folder, 'dist-types', path), 'utf8');
  const modelTypes = () =>
    globSync('models/models_*.d.ts', { cwd: join(folder, 'dist-types') })
      .map(types)
      .join('\n');
  const checkOf = createChecks(enumerationsOf(sdk, modelTypes));
  const checks = new Map<SchemaRef, Check>();

  function operation(wanted: string): Operation | undefined {
    const found = sdk[`${wanted}$`];
    return isOperation(found) ? found : undefined;
  }

  /** What of a value is not as its schema has it. */
  function misfit(what: string, schema: SchemaRef, value: unknown): string | undefined {
    const check = checks.get(schema) ?? checkOf(NormalizedSchema.of(schema));
    checks.set(schema, check);
    const mistakes = new Set<string>();
    check(value, '', mistakes);
    const told = [...mistakes].slice(0, MOST_TOLD).join('; ');
    return told ? `${what} does not fit ${name}: ${told}` : undefined;
  }

  return {
    operationAt(method, path) {
      const found = Object.values(sdk).find((one) => {
        const { http } = isOperation(one) ? ((one[3] || {}) as { http?: string[] }) : {};
        return http?.[0] === method && http[1] === path;
      });
      return (found as Operation | undefined)?.[2];
    },
    inputFromQuery(wanted, query) {
      const members = [...NormalizedSchema.of(operation(wanted)?.[4] ?? 'unit').structIterator()];
      const entries = [...query].map(([name, value]) => {
        const [member, schema] = members.find(([, one]) => one.getMergedTraits().httpQuery === name) ?? [name];
        return [member, schema?.isNumericSchema() ? Number(value) : value];
      });
      return Object.fromEntries(entries);
    },
    inRequest(wanted, input) {
      const found = operation(wanted);
      if (!found) return `${name} has no operation ${wanted}`;
      return misfit(`The request of ${wanted}`, found[4], input);
    },
    inAnswer(wanted, output) {
      return misfit(`The answer to ${wanted}`, operation(wanted)?.[5] ?? 'unit', output);
    },
    inError(wanted, { type, status, details }) {
      if (COMMON_ERRORS.has(type)) return undefined;
      const text = types(`commands/${wanted}Command.d.ts`);
      const named = [...text.matchAll(/@throws \{@link (\w+)\}/g)].map(([, error]) => error);
      if (!named.includes(type) || !sdk[`${type}$`])
        return `${wanted} does not answer ${type}: ${name} names ${named.slice(0, -1).join(', ')}, and no service has it in common`;
      const schema = NormalizedSchema.of(sdk[`${type}$`] as SchemaRef);
      const client = schema.getMergedTraits().error === 'client';
      if (client !== status < 500) return `${type} is an error of the ${client ? 'client' : 'server'}, not ${status}`;
      // What was recorded of errors has more members than the model: those that it has are held to it.
      const members = schema.getMemberSchemas();
      const known = Object.entries({ message: '', Message: '', ...details }).filter(([member]) => member in members);
      return misfit(type, schema, Object.fromEntries(known));
    },
  };
}

function isOperation(value: unknown): value is Operation {
  return Array.isArray(value) && value[0] === 9;
}

/** Adds what of a value is not as its schema has it. */
type Check = (value: unknown, path: string, mistakes: Set<string>) => void;

/**
 * Schemas as functions, each made when it is first needed: an answer can have a hundred thousand values.
 * @param valuesOf an enumeration, by `Structure.member`
 */
function createChecks(valuesOf: (member: string) => ReadonlySet<string> | undefined) {
  const structures = new Map<unknown, Check>();

  function checkOf(schema: NormalizedSchema, member = ''): Check {
    const kind = kindOf(schema);
    const within = checkWithin(schema, member);
    return (value, path, mistakes) => {
      if (kind === 'anything' || kind === kindOfValue(value)) within(value, path, mistakes);
      else mistakes.add(`${placeOf(path)} is ${JSON.stringify(value)}, not a ${kind}`);
    };
  }

  function checkWithin(schema: NormalizedSchema, member: string): Check {
    if (schema.isStructSchema()) {
      const raw = schema.getSchema();
      const check = structures.get(raw) ?? structure(schema);
      structures.set(raw, check);
      return check;
    }
    if (schema.isListSchema() || schema.isMapSchema()) {
      const item = checkOf(schema.getValueSchema(), member);
      return (value, path, mistakes) => {
        for (const [key, one] of Object.entries(value as object)) item(one, `${path}.${key}`, mistakes);
      };
    }
    const values = schema.isStringSchema() ? valuesOf(member) : undefined;
    return (value, path, mistakes) => {
      if (values?.has(value as string) === false)
        mistakes.add(`${placeOf(path)} is ${value}, not one of ${[...values].join(', ')}`);
    };
  }

  function structure(schema: NormalizedSchema): Check {
    const name = schema.getName();
    const members = new Map(Object.entries(schema.getMemberSchemas()));
    // The first members must be there; how many is the schema's last number.
    const required = [...members.keys()].slice(0, Number((schema.getSchema() as unknown[])[6] ?? 0));
    const checks = new Map<string, Check>();
    return (value, path, mistakes) => {
      const present = Object.entries(value as object).filter(([, one]) => one !== undefined);
      for (const [key, one] of present) {
        const member = members.get(key);
        const check = checks.get(key) ?? (member && checkOf(member, `${name}.${key}`));
        if (check) checks.set(key, check);
        if (check) check(one, `${path}.${key}`, mistakes);
        else mistakes.add(`${name} has no ${key}`);
      }
      for (const key of required) if ((value as Input)[key] === undefined) mistakes.add(`${name} must have ${key}`);
      if (schema.isUnionSchema() && present.length !== 1) mistakes.add(`${name} must have exactly one member`);
    };
  }

  return checkOf;
}

/** `.results.0.field` as `results[0].field`. */
function placeOf(path: string): string {
  return path.replaceAll(/\.(\d+)(?![^.])/g, '[$1]').replace(/^\./, '') || 'it';
}

/** As JSON has it: times are seconds, bytes are base64. */
function kindOf(schema: NormalizedSchema): string {
  if (schema.isStructSchema() || schema.isMapSchema() || schema.isUnitSchema()) return 'structure';
  if (schema.isListSchema()) return 'list';
  if (schema.isDocumentSchema()) return 'anything';
  if (schema.isBooleanSchema()) return 'boolean';
  return schema.isStringSchema() || schema.isBlobSchema() || schema.getSchema() === DATE_TIME ? 'string' : 'number';
}

const DATE_TIME = 5;

function kindOfValue(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' && value !== null ? 'structure' : typeof value;
}

/** The values that a member may have, by `Structure.member`: schemas call enumerations strings, types name them. */
function enumerationsOf(sdk: Readonly<Record<string, unknown>>, typeText: () => string) {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  let text: string | undefined;

  function find(wanted: string): ReadonlySet<string> | undefined {
    const [structure, member] = wanted.split('.');
    text ??= typeText();
    const from = text.indexOf(`export interface ${structure} {`);
    const body = from < 0 ? '' : text.slice(from, text.indexOf('\n}', from));
    const [, type = ''] = new RegExp(`^ {4}${member}\\??: (.+);$`, 'm').exec(body) ?? [];
    const named = (type.match(/\w+/g) ?? []).map((word) => sdk[word]);
    const values = named.find((value) => typeof value === 'object' && !Array.isArray(value));
    return values ? new Set(Object.values(values)) : undefined;
  }

  return (member: string): ReadonlySet<string> | undefined => {
    if (!known.has(member)) known.set(member, find(member));
    return known.get(member);
  };
}
