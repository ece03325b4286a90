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

/** Actions that reading needs, where they go by resource. */
const READ_LOGS = ['logs:StartQuery', 'logs:FilterLogEvents', 'logs:DescribeLogStreams'];
const ANYWHERE = ['bedrock:GetModelInvocationLoggingConfiguration', 'logs:GetQueryResults', 'logs:StopQuery'];

export function setupFromFacts(facts: readonly RegionFacts[], now: number): SetupReport {
  const findings = [...facts.flatMap((region) => findingsOf(region, now)), ...INVISIBLE];
  const policy = policyFor(facts);
  return { regions: facts.map(rowOf), findings, ...(policy ? { policy } : {}) };
}

function rowOf({ region, logging, newest }: RegionFacts): SetupReport['regions'][number] {
  if (!('value' in logging)) return { region, logging: 'unknown', bodies: [] };
  if (logging.value === undefined) return { region, logging: 'off', bodies: [] };
  const { group, bucket, bodies } = logging.value;
  const at = newest && 'value' in newest ? newest.value : undefined;
  return {
    region,
    logging: 'on',
    bodies: [...bodies],
    ...(group ? { log_group: group, source: `cloudwatch:${group}?region=${region}` } : {}),
    ...(bucket ? { bucket } : {}),
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
        'Model invocation logging is off: there are no records of who spent what, and turning it on does not bring back the past. Turn it on in the Bedrock console under Settings, with CloudWatch Logs or S3 as destination.',
      ),
    ];
  }
  return [...destinationFindings(region, logging.value), ...readingFindings(facts, logging.value, now, problem)];
}

function destinationFindings(region: string, { group, bucket, bodies, largeBodies }: LoggingConfiguration): Finding[] {
  const note = (text: string): Finding => ({ level: 'note', region, text });
  return [
    ...(group === undefined && bucket !== undefined
      ? [note(`Records go to ${bucket} only. Copy them and ask the files: aws s3 sync ${bucket}/AWSLogs ./logs`)]
      : []),
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
  { newest, queries }: RegionFacts,
  { group }: LoggingConfiguration,
  now: number,
  problem: (text: string) => Finding,
): Finding[] {
  const found: Finding[] = [];
  if (newest && 'failed' in newest)
    found.push(problem(`The log group ${group} cannot be read (${newest.failed}). Was it deleted?`));
  if (newest && 'value' in newest && newest.value === undefined)
    found.push(
      problem(
        `No record arrived in ${group} since ${new Date(now - 86_400_000).toISOString()}. Was Bedrock used? May its role write to the group?`,
      ),
    );
  for (const part of [newest, queries])
    if (part && 'denied' in part) found.push(problem(`${part.denied} is not allowed on ${group}.`));
  return found;
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
  const denied = (action: string) =>
    facts.filter(({ logging, newest, queries }) =>
      [logging, newest, queries].some((part) => part && 'denied' in part && part.denied === action),
    );
  const groups = READ_LOGS.flatMap(denied).flatMap(({ region, logging }) =>
    'value' in logging && logging.value?.group ? [`arn:aws:logs:${region}:*:log-group:${logging.value.group}:*`] : [],
  );
  const statements = [
    ...(groups.length > 0 ? [{ Effect: 'Allow', Action: READ_LOGS, Resource: [...new Set(groups)] }] : []),
    // These know no resources.
    ...([...READ_LOGS, ...ANYWHERE].some((action) => denied(action).length > 0)
      ? [{ Effect: 'Allow', Action: ANYWHERE, Resource: '*' }]
      : []),
  ];
  return statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined;
}

export function textFromSetup({ regions, findings, policy }: SetupReport): string {
  const lines = regions.map((row) => {
    const where = [row.log_group, row.bucket].filter(Boolean).join(' and ');
    if (row.logging !== 'on') return `${row.region}: logging is ${row.logging}`;
    const newest = row.newest_record ? `, newest record ${row.newest_record}` : '';
    return `${row.region}: logging is on, to ${where}${newest}`;
  });
  const sources = regions.flatMap(({ source }) => source ?? []);
  return [
    ...lines,
    '',
    ...findings.map(({ level, region, text }) => `${level === 'problem' ? 'Problem' : 'Note'} (${region}): ${text}`),
    ...(sources.length > 0 ? ['', `Ask with: --source '${sources[0]}'`] : []),
    ...(policy ? ['', 'Permissions to add:', JSON.stringify(policy, null, 2)] : []),
  ].join('\n');
}
