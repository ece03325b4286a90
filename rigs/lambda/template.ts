/** What a CloudFormation template makes of a function and its API, in the words of this rig. */
import { type CollectionTag, parse, type ScalarTag } from 'yaml';
import type { GatewayOptions, MockResponse } from './gateway.ts';
import type { GatewayResponses } from './gateway-responses.ts';

/** An intrinsic function: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
class Call {
  readonly name: string;
  readonly value: unknown;
  constructor(name: string, value: unknown) {
    this.name = name;
    this.value = value;
  }
}

interface Resource {
  Type: string;
  Condition?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a resource has the properties of its type
  Properties: Record<string, any>;
}

interface Template {
  Parameters: Record<string, { Default?: unknown; Description?: string; AllowedValues?: unknown[] }>;
  Conditions: Record<string, unknown>;
  Mappings: Record<string, Record<string, Record<string, unknown>>>;
  Resources: Record<string, Resource>;
}

const FUNCTIONS = ['Ref', 'GetAtt', 'Sub', 'If', 'Equals', 'Not', 'And', 'Or', 'Join', 'Condition', 'FindInMap'];
const TAGS: (ScalarTag | CollectionTag)[] = FUNCTIONS.flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => new Call(name, text) },
  { tag: `!${name}`, collection: 'seq', resolve: (items) => new Call(name, items.toJSON()) },
]);

const NO_VALUE = Symbol('AWS::NoValue');

export interface DeployedSettings extends Omit<GatewayOptions, 'function' | 'apiKeys' | 'authorizer'> {
  needsKey: boolean;
  environment: Record<string, string>;
  timeoutMs: number;
  /** `index.handler` of the container that answers for the authorizer; undefined: there is none. */
  authorizerHandler: string | undefined;
  authorizerEnvironment: Record<string, string>;
}

/** What can be set, in the template's order. */
export function parametersOfTemplate(text: string) {
  const { Parameters } = parse(text, { customTags: TAGS }) as Template;
  return Object.entries(Parameters).map(([name, { Default, Description, AllowedValues }]) => ({
    name,
    fallback: Default === undefined ? undefined : String(Default),
    description: Description,
    allowed: AllowedValues?.map(String),
  }));
}

/**
 * Reads a template with one REST API, whose proxy integration is the resource `Function`.
 * @param parameters those that differ from their defaults
 */
export function settingsFromTemplate(text: string, parameters: Record<string, string> = {}): DeployedSettings {
  const template = parse(text, { customTags: TAGS }) as Template;
  const evaluate = createEvaluator(template, parameters);
  const resources = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || evaluate(new Call('Condition', Condition)) === true,
  );
  const of = (type: string) =>
    resources
      .filter(([, { Type }]) => Type === type)
      .map(([name, { Properties }]) => ({ name, ...plain(evaluate, Properties) }));
  const [lambda] = of('AWS::Lambda::Function').filter(({ name }) => name === 'Function');
  const [authorizer] = of('AWS::Lambda::Function').filter(({ name }) => name === 'AuthorizerFunction');
  const methods = of('AWS::ApiGateway::Method');
  const proxies = methods.filter(({ Integration }) => Integration.Type === 'AWS_PROXY');
  const proxy = proxies.find(({ name }) => name === 'McpMethod');
  const paths = pathsOf(of('AWS::ApiGateway::Resource'));
  const isOpen = ({ ApiKeyRequired, AuthorizationType }: Resource['Properties']) =>
    AuthorizationType === 'NONE' && !ApiKeyRequired;
  const [plan] = of('AWS::ApiGateway::UsagePlan');
  const [api] = of('AWS::ApiGateway::RestApi');
  if (!lambda || !proxy || !plan || !api) throw new Error('the template has no function, API or usage plan');
  return {
    environment: texts(lambda.Environment.Variables),
    timeoutMs: Number(lambda.Timeout) * 1000,
    stage: of('AWS::ApiGateway::Stage')[0]?.StageName,
    customDomain: of('AWS::ApiGateway::BasePathMapping').length > 0,
    resources: proxies.map(({ ResourceId }) => paths(ResourceId)),
    openResources: proxies.filter(isOpen).map(({ ResourceId }) => paths(ResourceId)),
    transfer: proxy.Integration.ResponseTransferMode,
    integrationTimeoutMs: Number(proxy.Integration.TimeoutInMillis),
    apiKeySource: api.ApiKeySourceType,
    needsKey: proxy.ApiKeyRequired,
    usagePlan: {
      rateLimit: Number(plan.Throttle.RateLimit),
      burstLimit: Number(plan.Throttle.BurstLimit),
      quota: { limit: Number(plan.Quota.Limit), period: plan.Quota.Period },
    },
    gatewayResponses: gatewayResponses(of('AWS::ApiGateway::GatewayResponse')),
    mocks: Object.fromEntries(
      methods
        .filter(({ Integration }) => Integration.Type === 'MOCK')
        .map(({ HttpMethod, Integration }) => [HttpMethod, mockFrom(Integration)]),
    ),
    authorizerHandler:
      authorizer && proxy.AuthorizationType === 'CUSTOM' ? authorizer.ImageConfig.Command[0] : undefined,
    authorizerEnvironment: texts(authorizer?.Environment?.Variables ?? {}),
  };
}

/** A resource knows its parent; the root is none of the template's own. */
function pathsOf(resources: readonly Resource['Properties'][]): (name: string) => string {
  return function pathOf(name): string {
    const found = resources.find((resource) => resource['name'] === name);
    return found ? `${pathOf(found['ParentId'])}/${found['PathPart']}` : '';
  };
}

/** What AWS would put for them. */
const KNOWN: Record<string, string> = {
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::Partition': 'aws',
  'AWS::AccountId': '000000000000',
  'AWS::StackName': 'bedrock-spend',
};

function createEvaluator(template: Template, parameters: Record<string, string>) {
  const evaluate = (value: unknown): unknown => {
    if (!(value instanceof Call)) return value;
    const given = value.value as unknown[];
    const each = () => given.map(evaluate);
    switch (value.name) {
      case 'Ref':
        return reference(String(value.value));
      case 'Condition':
        return evaluate(template.Conditions[String(value.value)]);
      case 'If':
        return evaluate(new Call('Condition', given[0])) ? evaluate(given[1]) : evaluate(given[2]);
      case 'Equals': {
        const [one, other] = each();
        return String(one) === String(other);
      }
      case 'Not':
        return !evaluate(given[0]);
      case 'And':
        return each().every(Boolean);
      case 'Or':
        return each().some(Boolean);
      case 'Join': {
        const [by, parts] = each();
        return [parts].flat().map(evaluate).join(String(by));
      }
      case 'Sub': {
        const [text, more] = [value.value].flat() as [string, Record<string, unknown>?];
        return text.replaceAll(/\$\{([\w.:]+)\}/g, (_, name: string) =>
          String(more?.[name] === undefined ? reference(name) : evaluate(more[name])),
        );
      }
      case 'FindInMap': {
        const [map, key, name] = each().map(String) as [string, string, string];
        return template.Mappings[map]?.[key]?.[name];
      }
      default:
        // Names and addresses that only AWS can tell.
        return `${value.name}:${JSON.stringify(value.value)}`;
    }
  };
  const reference = (name: string): unknown => {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const parameter = template.Parameters[name];
    return parameter === undefined ? (KNOWN[name] ?? name) : (parameters[name] ?? parameter.Default);
  };
  return evaluate;
}

/** Everything in it evaluated, without what has no value. */
// biome-ignore lint/suspicious/noExplicitAny: it has the shape of what is given
function plain(evaluate: (value: unknown) => unknown, value: unknown): any {
  const known = evaluate(value);
  if (Array.isArray(known)) return known.map((item) => plain(evaluate, item)).filter((item) => item !== NO_VALUE);
  if (typeof known !== 'object' || known === null) return known;
  const entries = Object.entries(known).map(([name, item]) => [name, plain(evaluate, item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
}

function texts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function gatewayResponses(resources: readonly Resource['Properties'][]): GatewayResponses {
  return Object.fromEntries(
    resources.map(({ ResponseType, StatusCode, ResponseParameters = {}, ResponseTemplates = {} }) => [
      ResponseType,
      {
        ...(StatusCode === undefined ? {} : { statusCode: Number(StatusCode) }),
        headers: headersFrom(ResponseParameters, 'gatewayresponse.header.'),
        template: ResponseTemplates['application/json'],
      },
    ]),
  );
}

function mockFrom({ IntegrationResponses: [response] }: Resource['Properties']): MockResponse {
  return {
    statusCode: Number(response.StatusCode),
    headers: headersFrom(response.ResponseParameters, 'method.response.header.'),
  };
}

/** Static values are written in single quotes. */
function headersFrom(parameters: Record<string, string>, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.slice(prefix.length),
      value.trim().replace(/^'(.*)'$/s, '$1'),
    ]),
  );
}
