import type { Place } from '../aws/service.ts';
import { ServiceError } from '../aws/service-error.ts';
import { type Input, textOf } from './input.ts';
import { invalidParameter } from './service-error.ts';
import type { LogGroup, Store } from './store.ts';

export interface Caller extends Place {
  store: Store;
}

const ARN = /^arn:aws[\w-]*:logs:([\w-]+):(\d{12}):log-group:([^:]+)$/;

/**
 * A log group by its name or ARN; no account sees another's.
 * @throws ServiceError
 */
export function findGroup({ store, ...place }: Caller, identifier: string): LogGroup {
  // "Don't include an * at the end."
  const [, region, account, name] = ARN.exec(identifier) ?? ['', place.region, place.account, identifier];
  if (!region || !account || !name || name.startsWith('arn:'))
    throw invalidParameter(`Invalid log group identifier: ${identifier}`);
  if (account !== place.account)
    throw new ServiceError('AccessDeniedException', `User is not authorized to access log groups of ${account}`);
  const group = region === place.region ? store.find(account, region, name) : undefined;
  if (group) return group;
  const message = `Log group '${name}' does not exist for account ID '${account}'`;
  throw new ServiceError('ResourceNotFoundException', message);
}

/** For operations that take "either logGroupIdentifier or logGroupName, but not both". */
export function groupOf(caller: Caller, input: Input): LogGroup {
  const [name, identifier] = [textOf(input, 'logGroupName'), textOf(input, 'logGroupIdentifier')];
  if ((name === undefined) === (identifier === undefined))
    throw invalidParameter('Exactly one of logGroupName and logGroupIdentifier must be given');
  return findGroup(caller, name ?? identifier ?? '');
}
