import * as z from 'zod';
import type { LoggingConfiguration } from '../aws/logging-configuration.ts';
import type { RegionFacts } from './probe.ts';

/** What stands between an account and an answer about its spend, and what to do about it. */
export const setupSchema = z.object({
  regions: z.array(
    z.object({
      region: z.string(),
      logging: z.enum(['on', 'off', 'unknown']),
      log_group: z.string().optional(),
      bucket: z.string().optional(),
      bodies: z.array(z.string()).describe('Kinds of bodies that are logged'),
      newest_record: z.string().optional().describe('Within the last day'),
      source: z.string().optional().describe('What to give as --source'),
    }),
  ),
  findings: z.array(z.object({ level: z.enum(['problem', 'note']), region: z.string(), text: z.string() })),
  policy: z.unknown().optional().describe('IAM policy with the permissions that were missing'),
});

export type SetupReport = z.output<typeof setupSchema>;
type Finding = SetupReport['findings'][number];

/** What reading needs besides what was found missing, by what it was missing for. */
const WITH: Readonly<Record<string, readonly string[]>> = {
  'logs:StartQuery': ['logs:GetQueryResults', 'logs:StopQuery', 'logs:DescribeLogStreams'],
  's3:GetObject': ['s3:ListBucket'],
  'bedrock:ListInferenceProfiles': ['bedrock:ListTagsForResource'],
  'cloudwatch:GetMetricStatistics': ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
};

/** These are allowed on a log group, a bucket or its objects; all others know no resources. */
const ON_GROUP = ['logs:StartQuery', 'logs:FilterLogEvents', 'logs:DescribeLogStreams'];
const ON_BUCKET = ['s3:ListBucket'];
const ON_OBJECTS = ['s3:GetObject'];

export function setupFromFacts(facts: readonly RegionFacts[], now: number): SetupReport {
  const findings = [...facts.flatMap((region) => findingsOf(region, now)), ...INVISIBLE];
  const policy = policyFor(facts);
  return { regions: facts.map(rowOf), findings, ...(policy ? { policy } : {}) };
}

function rowOf({ region, logging, newest }: RegionFacts): SetupReport['regions'][number] {
  if (!('value' in logging)) return { region, logging: 'unknown', bodies: [] };
  if (logging.value === undefined) return { region, logging: 'off', bodies: [], source: `metrics:?region=${region}` };
  const { group, bucket, bodies } = logging.value;
  const at = newest && 'value' in newest ? newest.value : undefined;
  return {
    region,
    logging: 'on',
    bodies: [...bodies],
    ...(group ? { log_group: group } : {}),
    ...(bucket ? { bucket } : {}),
    source: group ? `cloudwatch:${group}?region=${region}` : `${bucket}?region=${region}`,
    ...(at === undefined ? {} : { newest_record: new Date(at).toISOString() }),
  };
}

function findingsOf(facts: RegionFacts, now: number): Finding[] {
  const { region, logging } = facts;
  const problem = (text: string): Finding => ({ level: 'problem', region, text });
  if ('denied' in logging) return [problem(`Whether logging is on cannot be seen: ${logging.denied} is not allowed.`)];
  if ('failed' in logging)
    return [problem(`Bedrock did not answer (${logging.failed}). Is it available in this region?`)];
  if (logging.value === undefined) {
    return [
      problem(
        'Model invocation logging is off: there are no records of who spent what, and turning it on does not bring back the past. Turn it on in the Bedrock console under Settings, with CloudWatch Logs or S3 as destination. CloudWatch’s metrics know amounts without people: --source metrics:',
      ),
    ];
  }
  return [
    ...destinationFindings(region, logging.value),
    ...readingFindings(facts, logging.value, now, problem),
    ...extraFindings(facts),
  ];
}

function destinationFindings(region: string, { group, bodies, largeBodies }: LoggingConfiguration): Finding[] {
  const note = (text: string): Finding => ({ level: 'note', region, text });
  return [
    ...(bodies.includes('text')
      ? []
      : [
          note(
            'Bodies are not logged. That keeps prompts private; the lifetime of cache writes (5 minutes or 1 hour) is then unknown.',
          ),
        ]),
    ...(group !== undefined && bodies.length > 0 && largeBodies === undefined
      ? [note('No bucket is set for bodies over 100 KB: they are lost, their token counts are not.')]
      : []),
  ];
}

function readingFindings(
  { newest, reading }: RegionFacts,
  { group, bucket }: LoggingConfiguration,
  now: number,
  problem: (text: string) => Finding,
): Finding[] {
  const place = group ?? bucket;
  const what = group ? `The log group ${group}` : `The bucket ${bucket}`;
  const found: Finding[] = [];
  if (newest && 'failed' in newest) found.push(problem(`${what} cannot be read (${newest.failed}). Was it deleted?`));
  if (newest && 'value' in newest && newest.value === undefined)
    found.push(
      problem(
        `No record arrived in ${place} since ${new Date(now - 86_400_000).toISOString()}. Was Bedrock used? May it write there?`,
      ),
    );
  for (const part of [newest, reading])
    if (part && 'denied' in part) found.push(problem(`${part.denied} is not allowed on ${place}.`));
  return found;
}

/** What could be asked, but is not allowed. */
function extraFindings({ region, extras }: RegionFacts): Finding[] {
  return extras.flatMap(({ use, probed }) =>
    'denied' in probed ? [{ level: 'note' as const, region, text: `${probed.denied} is not allowed: ${use}.` }] : [],
  );
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html */
const INVISIBLE: readonly Finding[] = [
  {
    level: 'note',
    region: 'all',
    text: 'Invocation logs hold no batch jobs and no calls to the bedrock-mantle endpoint. The bill has them, by model but not by person.',
  },
];

/** Undefined when nothing was missing. */
function policyFor(facts: readonly RegionFacts[]): object | undefined {
  const statements = new Map<string, Set<string>>();
  for (const region of facts) {
    for (const action of deniedIn(region).flatMap((denied) => [denied, ...(WITH[denied] ?? [])])) {
      const resource = resourceOf(action, region);
      statements.set(resource, (statements.get(resource) ?? new Set()).add(action));
    }
  }
  if (statements.size === 0) return undefined;
  return {
    Version: '2012-10-17',
    Statement: [...statements].map(([Resource, actions]) => ({
      Effect: 'Allow',
      Action: [...actions].sort(),
      Resource,
    })),
  };
}

function deniedIn({ logging, newest, reading, extras }: RegionFacts): string[] {
  const parts = [logging, newest, reading, ...extras.map(({ probed }) => probed)];
  return parts.flatMap((part) => (part && 'denied' in part ? [part.denied] : []));
}

function resourceOf(action: string, { region, logging }: RegionFacts): string {
  const { group, bucket } = ('value' in logging && logging.value) || {};
  const partition = region.startsWith('us-gov-') ? 'aws-us-gov' : region.startsWith('cn-') ? 'aws-cn' : 'aws';
  if (group && ON_GROUP.includes(action)) return `arn:${partition}:logs:${region}:*:log-group:${group}:*`;
  const [, name, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(bucket ?? '') ?? [];
  if (name && ON_BUCKET.includes(action)) return `arn:${partition}:s3:::${name}`;
  if (name && ON_OBJECTS.includes(action))
    return `arn:${partition}:s3:::${name}/${prefix ? `${prefix}/` : ''}AWSLogs/*`;
  return '*';
}
