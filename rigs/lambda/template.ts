/** What deploy/template.yaml makes of a function and its API, in the words of this rig. */

import type { GatewayOptions } from 'serverless-mcp-dev';
import { type CollectionTag, parse, type ScalarTag } from 'yaml';

/** An intrinsic function: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
class Call {
  readonly name: string;
  readonly given: unknown;
  constructor(name: string, given: unknown) {
    this.name = name;
    this.given = given;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a resource has the properties of its type
type Properties = Record<string, any>;

interface Template {
  Parameters: Record<string, { Default?: unknown; Description?: string; AllowedValues?: unknown[] }>;
  Conditions: Record<string, unknown>;
  Mappings: Record<string, Record<string, Record<string, unknown>>>;
  Resources: Record<string, { Type: string; Condition?: string; Properties: Properties }>;
}

const FUNCTIONS = ['Ref', 'GetAtt', 'Sub', 'If', 'Equals', 'Not', 'And', 'Or', 'Join', 'Condition', 'FindInMap'];
const TAGS: (ScalarTag | CollectionTag)[] = FUNCTIONS.flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => new Call(name, text) },
  { tag: `!${name}`, collection: 'seq', resolve: (items) => new Call(name, items.toJSON()) },
]);

/** What AWS would put for them. */
const KNOWN: Record<string, unknown> = {
  'AWS::NoValue': undefined,
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::Partition': 'aws',
  'AWS::AccountId': '000000000000',
  'AWS::StackName': 'bedrock-spend',
};

export interface DeployedSettings extends Omit<GatewayOptions, 'function' | 'apiKeys' | 'authorizer'> {
  needsKey: boolean;
  environment: Record<string, string>;
  timeoutMs: number;
  /** `index.handler` of the image or zip that answers for the authorizer; undefined: there is none. */
  authorizerHandler: string | undefined;
  authorizerEnvironment: Record<string, string>;
}

function read(text: string): Template {
  return parse(text, { customTags: TAGS });
}

/** A function's environment where an instance's folder stands in for /tmp. */
export function environmentIn(tmp: string, environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/^\/tmp(?=\/|$)/, tmp)]),
  );
}

/** What can be set, in the template's order. */
export function parametersOfTemplate(text: string) {
  return Object.entries(read(text).Parameters).map(([name, { Default, Description, AllowedValues }]) => ({
    name,
    fallback: Default === undefined ? undefined : String(Default),
    description: Description,
    allowed: AllowedValues?.map(String),
  }));
}

export interface Statement {
  /** The resource of the template that has it. */
  of: string;
  actions: string[];
  /** `GetAtt:Name.Arn` where only AWS can tell. */
  resources: string[];
}

/** What the template's roles may do, all conditions met. */
export function statementsOfTemplate(text: string, parameters: Record<string, string>): Statement[] {
  const template = read(text);
  const evaluate = createEvaluator(template, parameters);
  return Object.entries(template.Resources).flatMap(([of, { Properties = {} }]) => {
    const policies = [Properties, ...(Properties['Policies'] ?? [])].map(({ PolicyDocument }) => PolicyDocument);
    const statements = policies.flatMap((document) =>
      document ? (evaluate(document) as Properties)['Statement'] : [],
    );
    return statements.map(({ Action, Resource }) => ({
      of,
      actions: [Action].flat(),
      resources: [Resource].flat().flatMap((resource: string) => resource.split(',')),
    }));
  });
}

/** @param parameters those that differ from their defaults */
export function settingsFromTemplate(text: string, parameters: Record<string, string> = {}): DeployedSettings {
  const template = read(text);
  const evaluate = createEvaluator(template, parameters);
  const resources = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || evaluate(new Call('Condition', Condition)),
  );
  const all = (type: string): Properties[] =>
    resources
      .filter(([, { Type }]) => Type === `AWS::${type}`)
      .map(([name, { Properties }]) => ({ name, ...(evaluate(Properties) as Properties) }));
  const one = (type: string, name?: string): Properties | undefined =>
    all(type).find((resource) => name === undefined || resource['name'] === name);

  const lambda = one('Lambda::Function', 'Function') as Properties;
  const authorizer = one('Lambda::Function', 'AuthorizerFunction');
  const api = one('ApiGateway::RestApi') as Properties;
  const method = one('ApiGateway::Method', 'McpMethod') as Properties;
  const plan = one('ApiGateway::UsagePlan') as Properties;
  if (api['BinaryMediaTypes']) throw new Error('rigs/lambda takes every body for text');
  const [proxies, mocks] = ['AWS_PROXY', 'MOCK'].map((type) =>
    all('ApiGateway::Method').filter(({ Integration }) => Integration.Type === type),
  ) as [Properties[], Properties[]];
  const pathOf = ({ ResourceId, ParentId = ResourceId, PathPart }: Properties): string => {
    const parent = one('ApiGateway::Resource', ParentId);
    return `${parent ? pathOf(parent) : ''}${PathPart ? `/${PathPart}` : ''}`;
  };
  return {
    environment: texts(lambda['Environment'].Variables),
    timeoutMs: lambda['Timeout'] * 1000,
    stage: one('ApiGateway::Stage')?.['StageName'],
    customDomain: one('ApiGateway::BasePathMapping') !== undefined,
    resources: proxies.map(pathOf),
    openResources: proxies
      .filter((each) => each['AuthorizationType'] === 'NONE' && !each['ApiKeyRequired'])
      .map(pathOf),
    transfer: method['Integration'].ResponseTransferMode,
    integrationTimeoutMs: method['Integration'].TimeoutInMillis,
    apiKeySource: api['ApiKeySourceType'],
    needsKey: method['ApiKeyRequired'],
    usagePlan: {
      rateLimit: Number(plan['Throttle'].RateLimit),
      burstLimit: Number(plan['Throttle'].BurstLimit),
      quota: { limit: Number(plan['Quota'].Limit), period: plan['Quota'].Period },
    },
    gatewayResponses: Object.fromEntries(
      all('ApiGateway::GatewayResponse').map(({ ResponseType, ResponseTemplates, ...response }) => [
        ResponseType,
        { ...headAs(response, 'gatewayresponse.header.'), template: ResponseTemplates?.['application/json'] },
      ]),
    ),
    mocks: Object.fromEntries(
      mocks.map(({ HttpMethod, Integration }) => [
        HttpMethod,
        headAs(Integration.IntegrationResponses[0], 'method.response.header.'),
      ]),
    ),
    authorizerHandler:
      method['AuthorizationType'] === 'CUSTOM'
        ? (authorizer?.['ImageConfig']?.Command[0] ?? authorizer?.['Handler'])
        : undefined,
    authorizerEnvironment: texts(authorizer?.['Environment']?.Variables ?? {}),
  };
}

/** Gives a value without intrinsic functions, and without what has no value. */
function createEvaluator({ Parameters, Conditions, Mappings }: Template, parameters: Record<string, string>) {
  function evaluate(value: unknown): unknown {
    if (value instanceof Call) return call(value);
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([name, item]) => [name, evaluate(item)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }

  function call({ name, given }: Call): unknown {
    if (name === 'Ref') return reference(String(given));
    if (name === 'Condition') return evaluate(Conditions[String(given)]);
    const [first, second, third] = [given].flat() as unknown[];
    if (name === 'If') return evaluate(evaluate(new Call('Condition', first)) ? second : third);
    if (name === 'Sub') return substitute(String(first), (second ?? {}) as Record<string, unknown>);
    // Names and addresses that only AWS can tell.
    if (name === 'GetAtt') return `GetAtt:${given}`;
    const [one, other, last] = [first, second, third].map(evaluate);
    switch (name) {
      case 'Equals':
        return String(one) === String(other);
      case 'Not':
        return !one;
      case 'And':
        return (given as unknown[]).every(evaluate);
      case 'Or':
        return (given as unknown[]).some(evaluate);
      case 'Join':
        return [other].flat().join(String(one));
      default:
        return Mappings[String(one)]?.[String(other)]?.[String(last)];
    }
  }

  function substitute(text: string, more: Record<string, unknown>): string {
    return text.replaceAll(/\$\{([\w.:]+)\}/g, (_, name: string) =>
      String(name in more ? evaluate(more[name]) : reference(name)),
    );
  }

  function reference(name: string): unknown {
    if (name in KNOWN) return KNOWN[name];
    const parameter = Parameters[name];
    return parameter === undefined ? name : (parameters[name] ?? parameter.Default);
  }

  return evaluate;
}

function texts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Static values of headers are written in single quotes. */
function headAs({ StatusCode, ResponseParameters = {} }: Properties, prefix: string) {
  const headers = Object.entries(ResponseParameters as Record<string, string>).map(([name, value]) => [
    name.slice(prefix.length),
    value.trim().replace(/^'(.*)'$/s, '$1'),
  ]);
  return { ...(StatusCode && { statusCode: Number(StatusCode) }), headers: Object.fromEntries(headers) };
}
