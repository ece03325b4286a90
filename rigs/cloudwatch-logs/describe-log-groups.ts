/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
import { pageOf } from '../aws/paging.ts';
import { type Caller, findGroup } from './caller.ts';
import { flagOf, type Input, integerOf, textOf, textsOf } from './input.ts';
import { invalidParameter, invalidToken } from './service-error.ts';
import { groupArn, type LogGroup } from './store.ts';

const MOST = 50;

export function describeLogGroups(caller: Caller, input: Input): unknown {
  const pattern = textOf(input, 'logGroupNamePattern');
  const size = integerOf(input, 'limit', { least: 1, most: MOST }) ?? MOST;
  const found = select(caller, input, pattern);
  const { items, nextToken } = pageOf(found, textOf(input, 'nextToken'), size, invalidToken);
  return { logGroups: items.map(pattern === undefined ? described : brieflyDescribed), nextToken };
}

function select(caller: Caller, input: Input, pattern: string | undefined): LogGroup[] {
  const prefix = textOf(input, 'logGroupNamePrefix');
  const identifiers = textsOf(input, 'logGroupIdentifiers', 50);
  const logGroupClass = textOf(input, 'logGroupClass');
  if (prefix !== undefined && pattern !== undefined)
    throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  if (identifiers) {
    if (prefix ?? pattern ?? logGroupClass)
      throw invalidParameter('logGroupIdentifiers cannot be combined with other filters');
    return identifiers.map((identifier) => findGroup(caller, identifier));
  }
  return accountsOf(caller, input)
    .flatMap((account) => caller.store.groups(account, caller.region))
    .filter(({ name }) => name.startsWith(prefix ?? '') && name.includes(pattern ?? ''))
    .filter((group) => logGroupClass === undefined || group.logGroupClass === logGroupClass)
    .sort((left, right) => (left.name < right.name ? -1 : Number(left.name > right.name)));
}

/** With no accountIdentifiers, the monitoring account and all of its sources. */
function accountsOf({ account, linked }: Caller, input: Input): string[] {
  if (!flagOf(input, 'includeLinkedAccounts')) return [account];
  const all = [account, ...linked];
  const wanted = textsOf(input, 'accountIdentifiers', 20);
  return wanted ? all.filter((id) => wanted.includes(id)) : all;
}

function described(group: LogGroup): unknown {
  const { name, creationTime, retentionInDays, storedBytes, logGroupClass } = group;
  return {
    logGroupName: name,
    creationTime,
    retentionInDays,
    metricFilterCount: 0,
    arn: `${groupArn(group)}:*`,
    storedBytes,
    logGroupClass,
    logGroupArn: groupArn(group),
  };
}

/** "If you specify logGroupNamePattern in your request, then only arn, creationTime, and logGroupName are included." */
function brieflyDescribed(group: LogGroup): unknown {
  return { logGroupName: group.name, creationTime: group.creationTime, arn: `${groupArn(group)}:*` };
}
