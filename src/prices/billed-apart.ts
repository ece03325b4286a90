import { ZERO_USD } from '../domain/money.ts';
import type { PriceSource, Rate } from './rate.ts';

/**
 * Capacity that is paid by the hour or month, whatever its calls use: a token costs nothing more, and that is known, not assumed.
 * Source: AWS, "Provisioned Throughput" and "Service tiers" (Amazon Bedrock user guide).
 */
export function createBilledApartSource(): PriceSource {
  return {
    rate(key) {
      if (key.model.startsWith('provisioned-model/'))
        return zeroRate('Provisioned throughput is billed by the hour per model unit');
      if (key.tier === 'reserved') return zeroRate('The reserved tier is billed by the month');
      return undefined;
    },
    changes: [],
    models: [],
  };
}

function zeroRate(why: string): Rate {
  return {
    rates: { input: ZERO_USD, output: ZERO_USD, cacheRead: ZERO_USD, cacheWrite5m: ZERO_USD, cacheWrite1h: ZERO_USD },
    source: 'not per token',
    origin: {
      title: why,
      url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/prov-throughput.html',
      version: '2026-11-22',
    },
    effectiveFrom: undefined,
    notes: [`${why}, so its cost is not in these dollars.`],
  };
}
