import { ZERO_USD } from '../domain/money.ts';
import { byClass } from '../domain/usage-class.ts';
import type { PriceSource, Rate } from './rate.ts';

/**
 * Capacity that is paid by the minute, hour or month, whatever its calls use: a token costs nothing more, and that is known, not assumed.
 * Source: AWS, "Provisioned Throughput", "Service tiers" and "Calculate the cost of running a custom model" (Amazon Bedrock user guide).
 */
export function createBilledApartSource(): PriceSource {
  return {
    rate(key) {
      if (key.tier === 'provisioned' || key.model.startsWith('provisioned-model/'))
        return zeroRate('Provisioned throughput is billed by the hour per model unit');
      if (key.model.startsWith('imported-model/'))
        return zeroRate('An imported model is billed by the minute per custom model unit', IMPORT_COST);
      if (key.tier === 'reserved') return zeroRate('The reserved tier is billed by the month');
      return undefined;
    },
    changes: [],
    models: [],
  };
}

const GUIDE = 'https://docs.aws.amazon.com/bedrock/latest/userguide';
const IMPORT_COST = `${GUIDE}/import-model-calculate-cost.html`;

function zeroRate(why: string, url = `${GUIDE}/prov-throughput.html`): Rate {
  return {
    rates: byClass(() => ZERO_USD),
    source: 'not per token',
    origin: {
      title: why,
      url,
      version: '2026-11-22',
    },
    effectiveFrom: undefined,
    notes: [`${why}, so its cost is not in these dollars.`],
  };
}
