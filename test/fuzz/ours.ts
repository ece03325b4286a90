import type { RecordReading } from '../../src/logs/record.ts';
import type { Reading } from './reference-reader.ts';

/** What the reader says, in the reference's words. */
export function ours(reading: RecordReading): Reading {
  if ('reject' in reading) {
    const words = {
      'not JSON': 'not JSON',
      'not a ModelInvocationLog record': 'no record',
      'unreadable timestamp': 'timestamp',
    };
    return { reject: words[reading.reject as keyof typeof words] ?? 'count' };
  }
  const { requestId, region, accountId, modelId, at, metadata, tokens } = reading.invocation;
  const { input, output, cacheRead, cacheWrite } = tokens;
  return {
    found: {
      requestId,
      region,
      accountId,
      modelId,
      at,
      input,
      output,
      cacheRead,
      cacheWrite,
      metadata: { ...metadata },
    },
  };
}
