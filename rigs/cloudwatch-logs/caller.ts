import type { Place } from '../aws/service.ts';
import { ServiceError } from '../aws/service-error.ts';
import { groupNotFound, invalidParameter } from './service-error.ts';
import type { LogGroup, Store } from './store.ts';

export interface Caller extends Place {
  /** Source accounts that a monitoring account sees. */
  linked: readonly string[];
  store: Store;
}

const ARN = /^arn:aws[\w-]*:logs:([\w-]+):(\d{12}):log-group:([^:]+)$/;

/**
 * A log group by its name or ARN; of another account by ARN only, and only when it is linked.
 * @throws ServiceError
 */
export function findGroup(caller: Caller, identifier: string): LogGroup {
  if (!identifier.startsWith('arn:')) return groupNamed(caller, caller.account, caller.region, identifier);
  // "Don't include an * at the end."
  const [, region, account, name] = ARN.exec(identifier) ?? [];
  if (!region || !account || !name) throw invalidParameter(`Invalid log group identifier: ${identifier}`);
  if (account !== caller.account && !caller.linked.includes(account))
    throw new ServiceError('AccessDeniedException', `User is not authorized to access log groups of ${account}`);
  // Linked accounts are seen within a region.
  if (region !== caller.region) throw groupNotFound();
  return groupNamed(caller, account, region, name);
}

function groupNamed({ store }: Caller, account: string, region: string, name: string): LogGroup {
  const group = store.find(account, region, name);
  if (!group)
    throw new ServiceError(
      'ResourceNotFoundException',
      `Log group '${name}' does not exist for account ID '${account}'`,
    );
  return group;
}

/** For operations that take "either logGroupIdentifier or logGroupName, but not both". */
export function groupOf(caller: Caller, name: string | undefined, identifier: string | undefined): LogGroup {
  if ((name === undefined) === (identifier === undefined))
    throw invalidParameter('Exactly one of logGroupName and logGroupIdentifier must be given');
  return findGroup(caller, name ?? identifier ?? '');
}
