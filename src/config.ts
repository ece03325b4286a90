import type { GetStream } from 'serverless-mcp';
import { isSecureUrl } from './authentication/issuer.ts';
import type { OAuthOptions } from './authentication/oauth.ts';
import { type Dimension, dimensionFromText } from './domain/dimension.ts';
import { SpendError } from './domain/errors.ts';
import { usdFromText } from './domain/money.ts';

interface Setting<Value> {
  /** Environment variable. */
  env: string;
  /** Option of the commands that use it; undefined for what only a deployment sets. */
  flag?: string;
  help: string;
  /** Default as text; undefined: none. */
  fallback?: string;
  parse: (text: string) => Value;
  /** Its value is in no message. */
  secret?: boolean;
}

function setting<Value>(definition: Setting<Value>): Setting<Value> {
  return definition;
}

const text = (value: string) => value;

function wholeNumber(least: number, most: number) {
  return (value: string) => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new Error(`must be a whole number from ${least} to ${most}`);
  };
}

function oneOf<Value extends string>(...values: Value[]) {
  return (value: string) => {
    const found = values.find((allowed) => allowed === value);
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`);
    return found;
  };
}

function dollars(value: string) {
  if (/^\d{1,12}(\.\d{1,12})?$/.test(value)) return usdFromText(value);
  throw new Error('must be a plain decimal number of dollars such as 0.50, with at most 12 digits on each side');
}

/** How soon clients look again for what a polled stream holds. */
const POLL_MS = 5_000;

function getStream(value: string): GetStream {
  if (value === 'off') return { mode: 'off' };
  if (value === 'poll') return { mode: 'poll', pollMs: POLL_MS };
  if (value === 'hold') return { mode: 'hold', holdMs: Number.POSITIVE_INFINITY };
  return { mode: 'hold', holdMs: wholeNumber(1, 900)(value) * 1000 };
}

const words = (value: string) => value.split(/[\s,]+/).filter(Boolean);

function secureUrl(value: string): string {
  if (isSecureUrl(value)) return value;
  throw new Error('must be an https URL; http goes for this machine only');
}

function mcpUrl(value: string): string {
  const { pathname, search, hash, href } = new URL(secureUrl(value));
  if (pathname.endsWith('/mcp') && !search && !hash) return href;
  throw new Error('must be the whole URL of the MCP endpoint, which ends in /mcp');
}

/** https://datatracker.ietf.org/doc/html/rfc6749#section-3.3 */
function scopes(value: string): string[] {
  const all = words(value);
  if (all.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) return all;
  throw new Error('must be scopes, separated by spaces');
}

/** Reports check it once more, with the calendar (domain/period.ts), which no start needs. */
function timezone(value: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return value;
  } catch {
    throw new Error('must be a timezone by its IANA name, such as Europe/Berlin or UTC');
  }
}

/** Dimensions besides those that always name people and accounts; undefined: no pseudonyms. */
function pseudonymised(value: string): readonly Dimension[] | undefined {
  if (value === 'off') return undefined;
  return value === 'on' ? [] : value.split(',').map(dimensionFromText);
}

function longSecret(value: string): string {
  if (value.length >= 32) return value;
  throw new Error('must have at least 32 characters; make one with "openssl rand -base64 32"');
}

/** Every setting there is. An option beats its environment variable. docs/configuration.md is tested against this table. */
export const SETTINGS = {
  source: setting({
    env: 'BEDROCK_SPEND_SOURCE',
    flag: '--source',
    help: 'Folder, file or glob of Bedrock invocation logs, s3://BUCKET/PREFIX, cloudwatch:LOG-GROUP, athena:s3://BUCKET/PREFIX, metrics:, or auto; region=R and role=ARN may follow a question mark',
    parse: text,
  }),
  prices: setting({
    env: 'BEDROCK_SPEND_PRICES',
    flag: '--prices',
    help: 'Overrides file (YAML or JSON): own rates, discounts, names of inference profiles',
    parse: text,
  }),
  priceList: setting({
    env: 'BEDROCK_SPEND_PRICE_LIST',
    flag: '--price-list',
    help: 'AWS’s price list: “cached” uses what “prices --refresh” read, “refresh” reads it once a day, “off” leaves it out',
    fallback: 'cached',
    parse: oneOf('cached', 'refresh', 'off'),
  }),
  priceListUrl: setting({
    env: 'BEDROCK_SPEND_PRICE_LIST_URL',
    help: 'A mirror of AWS’s offer files, for networks that cannot reach pricing.us-east-1.amazonaws.com',
    parse: text,
  }),
  timezone: setting({
    env: 'BEDROCK_SPEND_TIMEZONE',
    flag: '--timezone',
    help: 'IANA timezone in which days and hours are cut',
    fallback: 'UTC',
    parse: timezone,
  }),
  ledger: setting({
    env: 'BEDROCK_SPEND_LEDGER',
    flag: '--ledger',
    help: 'File of the ledger, in which each log file is read once; default: in the user’s cache folder',
    parse: text,
  }),
  maxScanUsd: setting({
    env: 'BEDROCK_SPEND_MAX_SCAN_USD',
    flag: '--max-scan-usd',
    help: 'Most dollars that scanning logs for one question may cost; more expensive questions are refused',
    parse: dollars,
  }),
  maxDayUsd: setting({
    env: 'BEDROCK_SPEND_MAX_DAY_USD',
    flag: '--max-day-usd',
    help: 'Most dollars that scanning logs may cost in a UTC day, all questions together, counted in the session table where there is one',
    parse: dollars,
  }),
  maxClientDayUsd: setting({
    env: 'BEDROCK_SPEND_MAX_CLIENT_DAY_USD',
    flag: '--max-client-day-usd',
    help: 'Most dollars that scanning logs may cost in a UTC day for one API key or token subject',
    parse: dollars,
  }),
  keepScans: setting({
    env: 'BEDROCK_SPEND_KEEP_SCANS',
    flag: '--keep-scans',
    help: 'Whether what scans found is kept in the session table, where there is one, for all instances: “on” or “off”',
    fallback: 'on',
    parse: oneOf('on', 'off'),
  }),
  budgets: setting({
    env: 'BEDROCK_SPEND_BUDGETS',
    flag: '--budgets',
    help: 'File of budgets (YAML or JSON) that check-budget compares spend with',
    parse: text,
  }),
  cur: setting({
    env: 'BEDROCK_SPEND_CUR',
    flag: '--cur',
    help: 'Cost and Usage Report (CUR 2.0) to compare the logs with, a Parquet or CSV file or a folder of them; default: Cost Explorer',
    parse: text,
  }),
  apiKey: setting({
    env: 'BEDROCK_SPEND_API_KEY',
    help: 'Key for the MCP server that a command asks, where its profile has none; there is no option for it, because other users of a machine can read those',
    parse: text,
  }),
  signInClientId: setting({
    env: 'BEDROCK_SPEND_SIGN_IN_CLIENT_ID',
    help: 'For signing in: the client that the issuer’s operator has registered, where the issuer registers none by itself',
    parse: text,
  }),
  signInRedirectUrl: setting({
    env: 'BEDROCK_SPEND_SIGN_IN_REDIRECT_URL',
    help: 'For signing in: where the browser comes back to, http on this machine, where the issuer wants to know it to the port',
    parse: text,
  }),
  port: setting({
    env: 'BEDROCK_SPEND_PORT',
    flag: '--port',
    help: 'Port of the HTTP server; 0 takes a free one',
    fallback: '3000',
    parse: wholeNumber(0, 65535),
  }),
  host: setting({
    env: 'BEDROCK_SPEND_HOST',
    flag: '--host',
    help: 'Address the HTTP server listens on; beyond loopback only with keys or OAuth',
    fallback: '127.0.0.1',
    parse: text,
  }),
  sessionIdleMinutes: setting({
    env: 'BEDROCK_SPEND_SESSION_IDLE_MINUTES',
    flag: '--session-idle-minutes',
    help: 'Minutes without use after which a session is forgotten',
    fallback: '10080',
    parse: wholeNumber(1, 525_600),
  }),
  sessionTable: setting({
    env: 'BEDROCK_SPEND_SESSION_TABLE',
    flag: '--session-table',
    help: 'DynamoDB table for sessions, shared by all instances; default: in memory, for one instance',
    parse: text,
  }),
  getStream: setting({
    env: 'BEDROCK_SPEND_GET_STREAM',
    flag: '--get-stream',
    help: 'The stream for what belongs to no call: “off”, “poll”, “hold”, or how many seconds to hold it; default: “hold”, on Lambda 50',
    parse: getStream,
  }),
  allowedHosts: setting({
    env: 'BEDROCK_SPEND_ALLOWED_HOSTS',
    flag: '--allowed-hosts',
    help: 'Hostnames by which requests may reach the HTTP server, separated by commas, besides this machine’s own; default: beyond loopback any',
    fallback: '',
    parse: words,
  }),
  allowedOrigins: setting({
    env: 'BEDROCK_SPEND_ALLOWED_ORIGINS',
    flag: '--allowed-origins',
    help: 'Hostnames of web pages that may call, separated by commas, or *; programs need none, and on loopback this machine’s pages may',
    fallback: '',
    parse: words,
  }),
  keys: setting({
    env: 'BEDROCK_SPEND_KEYS',
    flag: '--keys',
    help: 'File of the API keys that the HTTP server asks for; default: keys.json in the user’s configuration folder, if it exists',
    parse: text,
  }),
  rateLimit: setting({
    env: 'BEDROCK_SPEND_RATE_LIMIT',
    flag: '--rate-limit',
    help: 'Requests a minute that each client may make of the HTTP server, where its key does not say otherwise',
    fallback: '600',
    parse: wholeNumber(1, 1_000_000),
  }),
  oauthIssuer: setting({
    env: 'BEDROCK_SPEND_OAUTH_ISSUER',
    help: 'Issuer of the access tokens (JWT) that are taken: any OpenID Connect provider; default: no tokens are',
    parse: secureUrl,
  }),
  oauthResource: setting({
    env: 'BEDROCK_SPEND_OAUTH_RESOURCE',
    help: 'With an issuer: the URL by which clients reach the MCP endpoint, such as https://spend.example.com/mcp',
    parse: mcpUrl,
  }),
  oauthAudience: setting({
    env: 'BEDROCK_SPEND_OAUTH_AUDIENCE',
    help: 'Audiences of the tokens that are taken, separated by commas; default: the resource',
    parse: words,
  }),
  oauthClientIds: setting({
    env: 'BEDROCK_SPEND_OAUTH_CLIENT_IDS',
    help: 'Clients whose tokens are taken though they name no audience, as those of Cognito, separated by commas',
    parse: words,
  }),
  oauthScopes: setting({
    env: 'BEDROCK_SPEND_OAUTH_SCOPES',
    help: 'Scopes that a token must have, all of them, separated by spaces',
    parse: scopes,
  }),
  policy: setting({
    env: 'BEDROCK_SPEND_POLICY',
    flag: '--policy',
    help: 'Who may see what: a YAML or JSON file, or the JSON itself; default: every client sees everything',
    parse: text,
  }),
  pseudonyms: setting({
    env: 'BEDROCK_SPEND_PSEUDONYMS',
    flag: '--pseudonyms',
    help: 'Pseudonyms in place of principals, sessions, callers and accounts: “off”, “on”, or more dimensions to hide, such as metadata.user',
    fallback: 'off',
    parse: pseudonymised,
  }),
  pseudonymKey: setting({
    env: 'BEDROCK_SPEND_PSEUDONYM_KEY',
    help: 'Secret that pseudonyms are made with, at least 32 characters; under another one all are others',
    parse: longSecret,
    secret: true,
  }),
  audit: setting({
    env: 'BEDROCK_SPEND_AUDIT',
    flag: '--audit',
    help: 'Who asked what, one line of JSON for each question: “off”, “log” (stderr; CloudWatch on Lambda) or a file',
    fallback: 'off',
    parse: text,
  }),
  toolData: setting({
    env: 'BEDROCK_SPEND_TOOL_DATA',
    flag: '--tool-data',
    help: 'What tools answer beside text: “shown”, the same as data, or “none”',
    fallback: 'shown',
    parse: oneOf('shown', 'none'),
  }),
  transfer: setting({
    env: 'BEDROCK_SPEND_TRANSFER',
    help: 'On Lambda: “stream” where the gateway streams responses, “buffered” where it does not',
    fallback: 'stream',
    parse: oneOf('stream', 'buffered'),
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<Name extends SettingName> = (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;

/**
 * The value of a setting, from an option, the environment or the default.
 * @throws SpendError INVALID_ARGUMENT or INVALID_SETTING, naming the option or the variable at fault
 */
export function readSetting<Name extends SettingName>(
  name: Name,
  option?: string,
  environment: NodeJS.ProcessEnv = process.env,
): ValueOf<Name> | undefined {
  const { env, flag, fallback, parse, secret } = SETTINGS[name] as Setting<ValueOf<Name>>;
  const given = option ?? (environment[env] || undefined) ?? fallback;
  if (given === undefined) return undefined;
  try {
    return parse(given);
  } catch (cause) {
    const place = option === undefined ? env : (flag ?? env);
    throw new SpendError(
      option === undefined ? 'INVALID_SETTING' : 'INVALID_ARGUMENT',
      `${place}: ${secret ? 'the value' : `"${given}"`} cannot be used: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

/** A setting without which nothing works. @throws SpendError INVALID_SETTING */
function requireSetting<Name extends SettingName>(name: Name): ValueOf<Name> {
  const value = readSetting(name);
  if (value !== undefined) return value;
  throw new SpendError('INVALID_SETTING', `${SETTINGS[name].env} is not set: ${SETTINGS[name].help}.`);
}

/**
 * Whose tokens are taken; undefined: nobody's.
 * @throws SpendError INVALID_SETTING also when only a part is set, so that a slip of the pen opens nothing
 */
export function oauthSettings(): OAuthOptions | undefined {
  const names = ['oauthResource', 'oauthAudience', 'oauthClientIds', 'oauthScopes'] as const;
  if (readSetting('oauthIssuer') === undefined && names.every((name) => readSetting(name) === undefined))
    return undefined;
  return {
    issuer: requireSetting('oauthIssuer'),
    resource: requireSetting('oauthResource'),
    audience: readSetting('oauthAudience'),
    clientIds: readSetting('oauthClientIds'),
    scopes: readSetting('oauthScopes'),
  };
}

/** What the environment of a deployed function says. @throws SpendError INVALID_SETTING */
export function functionSettings() {
  return {
    data: {
      source: requireSetting('source'),
      shortLived: true,
      prices: readSetting('prices'),
      ledger: readSetting('ledger'),
      maxScanUsd: readSetting('maxScanUsd'),
      maxDayUsd: readSetting('maxDayUsd'),
      maxClientDayUsd: readSetting('maxClientDayUsd'),
      spentTable: requireSetting('sessionTable'),
      scansTable: readSetting('keepScans') === 'off' ? undefined : requireSetting('sessionTable'),
      priceList: readSetting('priceList'),
      priceListUrl: readSetting('priceListUrl'),
      cur: readSetting('cur'),
      budgets: readSetting('budgets'),
      policy: readSetting('policy'),
      pseudonyms: readSetting('pseudonyms'),
      pseudonymKey: readSetting('pseudonymKey'),
      audit: readSetting('audit'),
      toolData: readSetting('toolData'),
    },
    sessionTable: requireSetting('sessionTable'),
    sessionIdleMinutes: requireSetting('sessionIdleMinutes'),
    getStream: readSetting('getStream'),
    origins: requireSetting('allowedOrigins'),
    transfer: requireSetting('transfer'),
    oauth: oauthSettings(),
  };
}
