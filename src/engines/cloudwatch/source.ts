import { SpendError } from '../../domain/errors.ts';

/** Where invocation logs are in CloudWatch: every group in every region, once for each role. */
export interface CloudWatchSource {
  /** Names or ARNs; ARNs name groups of other accounts, through CloudWatch's cross-account observability. */
  groups: readonly string[];
  /** Empty: the environment's own. */
  regions: readonly string[];
  /** Roles to assume, each in an account of its own. Empty: the environment's own credentials. */
  roles: readonly string[];
  /** `insights` queries, `events` reads them one by one; undefined: queries, and reads where queries are not allowed. */
  via: 'insights' | 'events' | undefined;
}

/**
 * Reads `cloudwatch:GROUP[,GROUP][?region=R[,R]][&role=ARN[,ARN]][&via=insights|events]`.
 * @throws SpendError INVALID_SETTING
 */
export function cloudWatchSourceFromText(text: string): CloudWatchSource {
  const [, path = '', query = ''] = /^cloudwatch:([^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => !['region', 'role', 'via'].includes(name));
  const groups = listFrom(decodeURIComponent(path));
  const via = parameters.get('via') ?? undefined;
  const wrong =
    (unknown && `there is no parameter "${unknown}"`) ??
    (groups.length === 0 ? 'it names no log group' : undefined) ??
    (via !== undefined && via !== 'insights' && via !== 'events' ? 'via is "insights" or "events"' : undefined);
  if (wrong) {
    throw new SpendError(
      'INVALID_SETTING',
      `${text}: ${wrong}. Write cloudwatch:LOG-GROUP?region=us-east-1,eu-west-1&role=ROLE-ARN; the parameters may be left out.`,
    );
  }
  return {
    groups,
    regions: listFrom(parameters.get('region')),
    roles: listFrom(parameters.get('role')),
    via: via as CloudWatchSource['via'],
  };
}

function listFrom(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
