/** How log groups come and go over the wire: of CreateLogGroup, CreateLogStream, PutLogEvents and DeleteLogGroup what a writer needs. */
import { ServiceError } from '../aws/service-error.ts';
import { type Caller, findGroup } from './caller.ts';
import { type Input, textOf } from './input.ts';
import type { InputEvent } from './store.ts';

export function createGroup({ store, account, region }: Caller, input: Input): unknown {
  const name = textOf(input, 'logGroupName') ?? '';
  if (store.find(account, region, name))
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
  store.createLogGroup(account, region, name, Date.now());
  return {};
}

/** Streams begin with their first events. */
export function createStream(caller: Caller, input: Input): unknown {
  findGroup(caller, textOf(input, 'logGroupName') ?? '');
  return {};
}

export function putEvents(caller: Caller, input: Input): unknown {
  const { account, region, name } = findGroup(caller, textOf(input, 'logGroupName') ?? '');
  const logStreamName = textOf(input, 'logStreamName') ?? '';
  const events = (input['logEvents'] as InputEvent[]).map((event) => ({ ...event, logStreamName }));
  caller.store.putLogEvents(account, region, name, events);
  return {};
}

export function deleteGroup(caller: Caller, input: Input): unknown {
  caller.store.deleteLogGroup(findGroup(caller, textOf(input, 'logGroupName') ?? ''));
  return {};
}
