import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type AwsTarget, awsTargets } from '../../../aws/target.ts';
import { textFromUsd, usdFromText } from '../../../domain/money.ts';
import type { Work } from '../../engine.ts';
import type { Quote } from '../../quote.ts';
import type { Lack, Listing, LogFile, LogStore } from '../store.ts';
import { bucketError } from './errors.ts';
import { fetchAhead } from './fetch-ahead.ts';
import { fetchObject, isDiskError } from './fetch-object.ts';
import { listObjects } from './list.ts';
import { bucketSourceFromText } from './source.ts';

/** USD a request, S3 Standard in us-east-1, https://aws.amazon.com/s3/pricing/ ("Requests & data retrievals"). */
const USD_PER_LIST = usdFromText('0.000005');
const USD_PER_GET = usdFromText('0.0000004');

/** A listing costs money and, of many objects, time. Bedrock itself delivers every few minutes. */
const FRESH_MS = 60_000;

/** A bucket that is asked for much answers with SlowDown until it has grown to it; a connection that went silent must not hold a place. */
const CLIENT: S3ClientConfig = {
  maxAttempts: 8,
  retryMode: 'adaptive',
  requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
};

/** Log files in S3. They are brought here to be read, some at a time. @throws SpendError INVALID_SETTING */
export async function createBucketStore(text: string, own: S3ClientConfig): Promise<LogStore> {
  const source = bucketSourceFromText(text);
  const place = `s3://${source.bucket}/${source.prefix}`;
  const targets = await awsTargets(source.region ? [source.region] : [], source.role ? [source.role] : []);
  const { config } = targets[0] as AwsTarget;
  let client = new S3Client({ ...CLIENT, ...own, ...config });

  async function list(work: Work): Promise<Listing> {
    try {
      return await listObjects(client, source, work);
    } catch (error) {
      const region = await otherRegion(error, client);
      if (region === undefined) throw bucketError(error, place, 'list', work.signal);
      client.destroy();
      client = new S3Client({ ...CLIENT, ...own, ...config, region });
      return list(work);
    }
  }

  async function fetchFile({ name }: LogFile, path: string, signal: AbortSignal): Promise<Lack | undefined> {
    const key = name.slice(`s3://${source.bucket}/`.length);
    return fetchObject(client, source.bucket, key, path, signal).catch((error) => {
      throw isDiskError(error) ? error : bucketError(error, name, 'read', signal);
    });
  }

  return {
    id: place,
    freshMs: FRESH_MS,
    list,
    supply: (files, folder, signal) => fetchAhead(files, folder, fetchFile, signal),
    priceOf: (files, { requests }) => priceOfRequests(files.length, requests),
    close: () => client.destroy(),
  };
}

/**
 * The bucket's region when the client has another. The SDK's own followRegionRedirects asks in the wrong region first every time,
 * and changes the client's region under other requests that are under way.
 */
async function otherRegion(error: unknown, client: S3Client): Promise<string | undefined> {
  const { $response } = error as { $response?: { headers?: Readonly<Record<string, string>> } };
  const region = $response?.headers?.['x-amz-bucket-region'];
  return region === undefined || region === (await client.config.region()) ? undefined : region;
}

function priceOfRequests(gets: number, lists: number): Pick<Quote, 'usd' | 'notes'> {
  const count = (number: number, what: string) => `${number.toLocaleString('en-US')} ${what}`;
  return {
    usd: textFromUsd(USD_PER_GET.times(gets).plus(USD_PER_LIST.times(lists))),
    notes: [
      `${count(gets, 'GET')} and ${count(lists, 'LIST')} requests at the rates of S3 Standard in us-east-1. Objects that are in the ledger already are not fetched again.`,
      'Not included: transfer out of AWS, when this runs outside the bucket’s region, and the retrieval fees of other storage classes. This quote itself took the LIST requests once.',
    ],
  };
}
