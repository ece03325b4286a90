import type { Counter, ExpectedCounter } from './usage-class.ts';

/** Counters of one request, whole and not negative. Undefined: no record of it states this one. */
export type TokenCounts = { [Name in Counter]: Name extends ExpectedCounter ? number | undefined : number };

/** One record of the invocation log, without any prompt or answer text. Identity: accountId + region + requestId. */
export interface Invocation {
  requestId: string;
  accountId: string;
  /** Where the caller sent the request; prices go by it. */
  region: string;
  /** Epoch milliseconds, UTC. */
  at: number;
  operation: string;
  /** As logged: an id, a prefixed id or any kind of ARN. */
  modelId: string;
  tokens: TokenCounts;
  identityArn: string | undefined;
  inferenceRegion: string | undefined;
  errorCode: string | undefined;
  /** A guardrail stopped the request or its answer. */
  blocked: boolean;
  /** Service tier that Bedrock resolved: `priority`, `flex`, `latency-optimized`, … Undefined means standard. */
  tier: string | undefined;
  stopReason: string | undefined;
  latencyMs: number | undefined;
  firstByteMs: number | undefined;
  metadata: Readonly<Record<string, string>>;
}
