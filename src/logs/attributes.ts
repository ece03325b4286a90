import type { Invocation } from '../domain/invocation.ts';
import type { Scope } from '../domain/scope.ts';
import { modelIdentity } from './model-id.ts';
import { principalFromArn } from './principal.ts';

/** What a log says of a request besides its counters: enough to derive every dimension from. */
export type LoggedAttributes = Pick<
  Invocation,
  | 'accountId'
  | 'region'
  | 'inferenceRegion'
  | 'operation'
  | 'modelId'
  | 'identityArn'
  | 'tier'
  | 'errorCode'
  | 'blocked'
  | 'stopReason'
  | 'metadata'
>;

/** The dimensions of a request. */
export interface Attributes {
  account: string;
  region: string;
  inferenceRegion: string | undefined;
  operation: string;
  model: string;
  provider: string | undefined;
  scope: Scope;
  profile: string | undefined;
  caller: string | undefined;
  principal: string | undefined;
  session: string | undefined;
  tier: string | undefined;
  /** `ok`, `blocked` or the error code. */
  status: string;
  error: boolean;
  stopReason: string | undefined;
  metadata: Readonly<Record<string, string>>;
}

export function attributesFrom(logged: LoggedAttributes): Attributes {
  const { errorCode, blocked } = logged;
  return {
    account: logged.accountId,
    region: logged.region,
    inferenceRegion: logged.inferenceRegion,
    operation: logged.operation,
    ...modelIdentity(logged.modelId),
    caller: logged.identityArn,
    ...principalFromArn(logged.identityArn),
    tier: logged.tier,
    status: errorCode ?? (blocked ? 'blocked' : 'ok'),
    error: errorCode !== undefined,
    stopReason: logged.stopReason,
    metadata: logged.metadata,
  };
}
