const MIB = 1024 * 1024;

/** A stream is free up to `freeBytes`, then held to `bytesPerSecond`. */
export interface Rate {
  freeBytes: number;
  bytesPerSecond: number;
}

export interface FunctionLimits {
  requestBytes: number;
  responseBytes: number;
  streamBytes: number;
  streamRate: Rate;
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says 6 MB; Lambda's error messages say 6291556.
 * Streams: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
export const FUNCTION_LIMITS: FunctionLimits = {
  requestBytes: 6 * MIB + 100,
  responseBytes: 6 * MIB + 100,
  streamBytes: 200 * MIB,
  streamRate: { freeBytes: 6 * MIB, bytesPerSecond: 2 * MIB },
};

/** Tells how long to hold back the next `bytes` of a stream. */
export function createPacer({ freeBytes, bytesPerSecond }: Rate, now = () => performance.now()) {
  let sent = 0;
  let slowSince: number | undefined;
  return (bytes: number): number => {
    sent += bytes;
    if (sent <= freeBytes) return 0;
    slowSince ??= now();
    return Math.max(0, slowSince + ((sent - freeBytes) / bytesPerSecond) * 1000 - now());
  };
}
