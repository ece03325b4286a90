import { SpendError } from './domain/errors.ts';
import { checkTimezone } from './domain/period.ts';

interface Setting<Value> {
  /** Environment variable. */
  env: string;
  /** Option of the commands that use it. */
  flag: string;
  help: string;
  /** Default as text; undefined: none. */
  fallback?: string;
  parse: (text: string) => Value;
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

function timezone(value: string): string {
  checkTimezone(value);
  return value;
}

/** Every setting there is. An option beats its environment variable. docs/configuration.md is tested against this table. */
export const SETTINGS = {
  source: setting({
    env: 'BEDROCK_SPEND_SOURCE',
    flag: '--source',
    help: 'Folder, file or glob of Bedrock invocation logs',
    parse: text,
  }),
  prices: setting({
    env: 'BEDROCK_SPEND_PRICES',
    flag: '--prices',
    help: 'Overrides file (YAML or JSON): own rates, discounts, names of inference profiles',
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
    help: 'Address the HTTP server listens on; only loopback, because it has no access control yet',
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
} as const;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<Name extends SettingName> = (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;

/**
 * The value of a setting, from an option, the environment or the default.
 * @throws SpendError INVALID_ARGUMENT or INVALID_SETTING, naming the option or the variable at fault
 */
export function readSetting<Name extends SettingName>(
  name: Name,
  option: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): ValueOf<Name> | undefined {
  const { env, flag, fallback, parse } = SETTINGS[name] as Setting<ValueOf<Name>>;
  const given = option ?? (environment[env] || undefined) ?? fallback;
  if (given === undefined) return undefined;
  try {
    return parse(given);
  } catch (cause) {
    const place = option === undefined ? env : flag;
    throw new SpendError(
      option === undefined ? 'INVALID_SETTING' : 'INVALID_ARGUMENT',
      `${place}: "${given}" cannot be used: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
