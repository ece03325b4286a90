import type { LoggingConfiguration } from '../../aws/logging-configuration.ts';

/** Where Bedrock logs to, in one region of one account; undefined: logging is off. */
export interface Logging {
  region: string | undefined;
  role: string | undefined;
  configuration: Pick<LoggingConfiguration, 'group' | 'bucket'> | undefined;
}

/**
 * The sources that hold what an account has, as they would be written: its log groups, since queries there need nothing fetched;
 * where logs go to S3 alone, the bucket; where logging is off, CloudWatch's metrics, which know amounts but no people.
 */
export function sourcesFromLogging(found: readonly Logging[]): string[] {
  const byPath = new Map<string, Logging[]>();
  for (const logging of found) {
    const path = pathOf(logging.configuration);
    byPath.set(path, [...(byPath.get(path) ?? []), logging]);
  }
  return [...byPath].flatMap(([path, places]) => {
    const roles = [...new Set(places.map(({ role }) => role))];
    return roles.flatMap((role) => {
      const regions = places.filter((place) => place.role === role).flatMap(({ region }) => region ?? []);
      // A bucket is in one region; its logs may be of several.
      return [`${path}${parametersOf(path.startsWith('s3:') ? regions.slice(0, 1) : regions, role)}`];
    });
  });
}

function pathOf(configuration: Logging['configuration']): string {
  if (configuration?.group !== undefined) return `cloudwatch:${configuration.group}`;
  return configuration?.bucket ?? 'metrics:';
}

function parametersOf(regions: readonly string[], role: string | undefined): string {
  const parameters = [regions.length > 0 && `region=${regions.join(',')}`, role && `role=${role}`].filter(Boolean);
  return parameters.length > 0 ? `?${parameters.join('&')}` : '';
}
