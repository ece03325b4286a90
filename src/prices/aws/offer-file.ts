import { throwIfCancelled } from '../../domain/errors.ts';
import type { OfferCode } from '../price-list/offer.ts';

export interface OfferFileOptions {
  /** Where the files are; AWS's own place needs no credentials. */
  base: string;
  /** For the whole file. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

export const AWS_OFFERS = 'https://pricing.us-east-1.amazonaws.com';

/** The files measure one or two megabytes; more than this is something else. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Fetches the current offer file of a region.
 * @param etag of the file that is known already; undefined asks for it in any case
 * @returns undefined when it is still the known one
 * @throws SpendError CANCELLED; Error with a short reason, without any address, for all else
 */
export async function fetchOfferFile(
  code: OfferCode,
  region: string,
  etag: string | undefined,
  { base, timeoutMs, signal }: OfferFileOptions,
): Promise<{ text: string; etag: string | undefined } | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${base}/offers/v1.0/aws/${code}/current/${encodeURIComponent(region)}/index.json`, {
      headers: etag === undefined ? {} : { 'if-none-match': etag },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (response.status === 304 && etag !== undefined) return undefined;
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`HTTP ${response.status}`);
    }
    return { text: await boundedText(response), etag: response.headers.get('etag') ?? undefined };
  } catch (error) {
    throwIfCancelled(signal);
    if (timeout.aborted) throw new Error(`no answer within ${timeoutMs / 1000} s`);
    throw new Error(reasonOf(error as Error));
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the download.
    if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES / 1024 / 1024} MB`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** `fetch` says only "fetch failed"; why is in its cause: ENOTFOUND, ECONNREFUSED, a broken body. */
function reasonOf({ message, cause }: Error): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
}
