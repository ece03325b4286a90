/** Token counters of one request or of a group. Cached tokens are never part of `input`. All are whole and not negative. */
export interface TokenCounts {
  input: number;
  output: number;
  cacheRead: number;
  /** All cache writes, of any lifetime. */
  cacheWrite: number;
  /** The part of `cacheWrite` that lives one hour. Only response bodies tell it; without a body it is 0. */
  cacheWrite1h: number;
  /** The part of `cacheWrite` whose lifetime a body told. The rest counts as five-minute writes, and reports say so. */
  cacheWriteKnown: number;
}

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
