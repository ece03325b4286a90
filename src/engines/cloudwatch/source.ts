import { sourceTextFrom, wrongSource } from '../source-text.ts';

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

const USAGE =
  'cloudwatch:LOG-GROUP?region=us-east-1,eu-west-1&role=ROLE-ARN; the parameters may be left out, and the group where Bedrock’s own settings name it';

/**
 * Reads `cloudwatch:[GROUP[,GROUP]][?region=R[,R]][&role=ARN[,ARN]][&via=insights|events]`. Without a group there are none in
 * the answer: whoever opens the source asks Bedrock where it logs to.
 * @throws SpendError INVALID_SETTING
 */
export function cloudWatchSourceFromText(text: string): CloudWatchSource {
  const source = sourceTextFrom(text, ['region', 'role', 'via'], USAGE);
  const via = source.one('via');
  if (via !== undefined && via !== 'insights' && via !== 'events')
    throw wrongSource(text, 'via is "insights" or "events"', USAGE);
  return {
    groups: source.names,
    regions: source.list('region'),
    roles: source.list('role'),
    via,
  };
}

/**
 * The source with a log group or a region that somebody asks for, where it names none itself: what the operator has fixed stays.
 * @returns undefined when there is nothing to add, or what is asked for is not open
 */
export function narrowedSource(
  text: string,
  { group, region }: { group?: string | undefined; region?: string | undefined },
): string | undefined {
  if (!/^(cloudwatch:|auto(:|$))/.test(text)) return undefined;
  const source = cloudWatchSourceFromText(text.replace(/^auto:?/, 'cloudwatch:'));
  const groups = group !== undefined && source.groups.length === 0 ? [group] : source.groups;
  const regions = region !== undefined && source.regions.length === 0 ? [escaped(region)] : source.regions;
  if (groups === source.groups && regions === source.regions) return undefined;
  const scheme = groups.length > 0 ? `cloudwatch:${groups.map(escaped).join(',')}` : text.replace(/[?].*/, '');
  const parameters = [
    ...(regions.length > 0 ? [`region=${regions.join(',')}`] : []),
    ...(source.roles.length > 0 ? [`role=${source.roles.join(',')}`] : []),
    ...(source.via ? [`via=${source.via}`] : []),
  ];
  return `${scheme === 'auto' ? 'auto:' : scheme}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
}

/** What a caller writes must not become a parameter, such as a role to take. */
function escaped(text: string): string {
  return text.replace(/[%?&,#=]/g, encodeURIComponent);
}
