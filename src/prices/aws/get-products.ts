import { PricingClient, type PricingClientConfig, paginateGetProducts } from '@aws-sdk/client-pricing';
import { awsErrorKind } from '../../aws/error-kind.ts';
import { throwIfCancelled } from '../../domain/errors.ts';
import type { OfferCode } from '../price-list/offer.ts';

/** What failed, in words that name no account; AWS's own messages do. */
const REASONS = {
  credentials: 'no valid credentials for pricing:GetProducts',
  denied: 'pricing:GetProducts is not allowed for these credentials',
  missing: 'pricing:GetProducts knows no such offer',
  busy: 'pricing:GetProducts did not answer',
  unreachable: 'pricing:GetProducts cannot be reached',
  system: 'pricing:GetProducts failed',
  other: 'pricing:GetProducts failed',
} as const;

export interface GetProductsOptions {
  client: PricingClientConfig;
  /** For all pages together. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/**
 * Lists the products of an offer in a region, each as JSON text: the second way to the price list, for those who cannot reach its
 * files. Needs `pricing:GetProducts`. @throws SpendError CANCELLED; Error with a short reason for all else
 */
export async function getProducts(
  code: OfferCode,
  region: string,
  { client: config, timeoutMs, signal }: GetProductsOptions,
): Promise<string[]> {
  // The Price List API has endpoints in a few regions only, each with the prices of all: https://docs.aws.amazon.com/general/latest/gr/billing.html
  // It allows few calls a second; the adaptive mode slows down when it says so.
  const timeout = AbortSignal.timeout(timeoutMs);
  const abortSignal = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const client = new PricingClient({ region: 'us-east-1', retryMode: 'adaptive', maxAttempts: 6, ...config });
  try {
    const pages = paginateGetProducts(
      { client, pageSize: 100 },
      {
        ServiceCode: code,
        FormatVersion: 'aws_v1',
        Filters: [{ Type: 'TERM_MATCH', Field: 'regionCode', Value: region }],
      },
      { abortSignal },
    );
    const products: string[] = [];
    for await (const { PriceList = [] } of pages) products.push(...PriceList.map(String));
    return products;
  } catch (error) {
    throwIfCancelled(signal);
    throw new Error(REASONS[timeout.aborted ? 'busy' : awsErrorKind(error as Error)]);
  } finally {
    client.destroy();
  }
}
