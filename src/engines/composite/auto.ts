import type { LoggingConfiguration } from '../../aws/logging-configuration.ts';
import { sourceTextFrom, wrongSource } from '../source-text.ts';

/** `auto`: whatever an account has. */
export interface AutoSource {
  regions: readonly string[];
  roles: readonly string[];
  /** What reads a bucket: DuckDB, each file once into the ledger, or Athena, whose further parameters these are. */
  s3: 'files' | readonly string[];
}

/** What `auto` takes besides regions and roles. */
export const AUTO_PARAMETERS = ['s3', 'workgroup', 'output'];

const USAGE =
  'auto, or auto:?region=us-east-1,eu-west-1&role=ROLE-ARN; s3=athena asks Athena where logs are in S3 alone, with its workgroup=W and output=s3://RESULTS/';

/** @throws SpendError INVALID_SETTING */
export function autoSourceFromText(text: string): AutoSource {
  const source = sourceTextFrom(text === 'auto' ? 'auto:' : text, ['region', 'role', ...AUTO_PARAMETERS], USAGE);
  if (source.path !== '') throw wrongSource(text, 'there is nothing that may stand before the question mark', USAGE);
  const s3 = source.one('s3') ?? 'files';
  if (s3 !== 'files' && s3 !== 'athena') throw wrongSource(text, 's3 is "files" or "athena"', USAGE);
  const given = ['workgroup', 'output'].flatMap((name) => {
    const value = source.one(name);
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  if (s3 === 'files' && given.length > 0) throw wrongSource(text, `${given[0]} takes s3=athena`, USAGE);
  return { regions: source.list('region'), roles: source.list('role'), s3: s3 === 'files' ? s3 : given };
}

/**
 * The same for a function: its instances come and go, and each would read a bucket anew. With `s3=files` it is for who runs it to say
 * that they shall.
 */
export function throughAthena(source: string): string {
  if (!/^auto(:|$)/i.test(source) || /[?&]s3=/.test(source)) return source;
  return `${source}${source.includes('?') ? '&' : `${source.includes(':') ? '' : ':'}?`}s3=athena`;
}

/** Where Bedrock logs to, in one region of one account; undefined: logging is off. */
export interface Logging {
  region: string | undefined;
  role: string | undefined;
  configuration: Pick<LoggingConfiguration, 'group' | 'bucket'> | undefined;
}

/**
 * The sources that hold what an account has, as they would be written: its log groups, since queries there need nothing fetched;
 * where logs go to S3 alone, the bucket, or Athena over it, which makes its table; where logging is off, CloudWatch's metrics, which
 * know amounts but no people.
 */
export function sourcesFromLogging(found: readonly Logging[], s3: AutoSource['s3'] = 'files'): string[] {
  const byPath = new Map<string, Logging[]>();
  for (const logging of found) {
    const path = pathOf(logging.configuration);
    byPath.set(path, [...(byPath.get(path) ?? []), logging]);
  }
  return [...byPath].flatMap(([path, places]) => {
    const roles = [...new Set(places.map(({ role }) => role))];
    return roles.flatMap((role) => {
      const regions = places.filter((place) => place.role === role).flatMap(({ region }) => region ?? []);
      if (!path.startsWith('s3:')) return [`${path}${parametersOf(regions, role)}`];
      // A bucket is in one region; its logs may be of several.
      const bucket = regions.slice(0, 1);
      return s3 === 'files'
        ? [`${path}${parametersOf(bucket, role)}`]
        : [`athena:${path}${parametersOf(bucket, role, ['create=yes', ...s3])}`];
    });
  });
}

function pathOf(configuration: Logging['configuration']): string {
  if (configuration?.group !== undefined) return `cloudwatch:${configuration.group}`;
  return configuration?.bucket ?? 'metrics:';
}

function parametersOf(regions: readonly string[], role: string | undefined, more: readonly string[] = []): string {
  const places = [regions.length > 0 && `region=${regions.join(',')}`, role && `role=${role}`].filter(Boolean);
  const parameters = [...places, ...more];
  return parameters.length > 0 ? `?${parameters.join('&')}` : '';
}
