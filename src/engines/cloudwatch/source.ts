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
