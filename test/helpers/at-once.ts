import { atOnce } from '../../src/domain/steps.ts';
import { priceUsage as stepsOfPricing } from '../../src/reports/pricing.ts';
import { limitRows as stepsOfLimit } from '../../src/reports/usage/limit.ts';

/** Work that a server does in turns, at once. */
export const priceUsage = (...given: Parameters<typeof stepsOfPricing>) => atOnce(stepsOfPricing(...given));
export const limitRows = (...given: Parameters<typeof stepsOfLimit>) => atOnce(stepsOfLimit(...given));
