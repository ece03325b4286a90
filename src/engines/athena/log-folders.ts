import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { throwIfCancelled } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/period.ts';
import type { TimeRange, Work } from '../engine.ts';
import { hourFolder, hoursRead, type LogFolders } from './athena-query.ts';
import type { AthenaSource } from './source.ts';

/** The folders of a bucket, looked at without reading a log; a listing costs $0.005 per 1,000 requests. */
export function createLogBucket(client: S3Client, { bucket, prefix }: AthenaSource) {
  const root = `${prefix}AWSLogs/`;

  async function* pages(folder: string, delimiter: string | undefined, work: Work) {
    let token: string | undefined;
    do {
      throwIfCancelled(work.signal);
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, Delimiter: delimiter, ContinuationToken: token }),
      );
      yield page;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** Names of the folders in a folder, sorted. */
  async function namesIn(folder: string, work: Work): Promise<string[]> {
    const names: string[] = [];
    for await (const { CommonPrefixes = [] } of pages(folder, '/', work))
      for (const { Prefix = '' } of CommonPrefixes) names.push(Prefix.slice(folder.length, -1));
    return names.sort();
  }

  const regionFolder = (account: string, region: string) => `${root}${account}/BedrockModelInvocationLogs/${region}/`;

  /** First or last hour that a region's folders name. */
  async function edge(folder: string, which: 0 | -1, work: Work): Promise<number | undefined> {
    let path = '';
    for (const digits of [4, 2, 2, 2]) {
      const names = (await namesIn(folder + path, work)).filter((name) => name.length === digits && /^\d+$/.test(name));
      const name = names.at(which);
      if (name === undefined) return undefined;
      path += `${name}/`;
    }
    const [year, month, day, hour] = path.split('/');
    return Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
  }

  return {
    /** Accounts and regions that have logs here. */
    async find(work: Work): Promise<LogFolders> {
      const accounts = (await namesIn(root, work)).filter((name) => /^\d{12}$/.test(name));
      const regions = await Promise.all(
        accounts.map((account) => namesIn(regionFolder(account, '').slice(0, -1), work)),
      );
      return { accounts, regions: [...new Set(regions.flat())].filter((name) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(name)) };
    },

    /** By the hours of the folders; a record can be a little older than its folder. */
    async range({ accounts, regions }: LogFolders, work: Work): Promise<TimeRange> {
      const folders = accounts.flatMap((account) => regions.map((region) => regionFolder(account, region)));
      const firsts = await Promise.all(folders.map((folder) => edge(folder, 0, work)));
      const lasts = await Promise.all(folders.map((folder) => edge(folder, -1, work)));
      const known = (moments: readonly (number | undefined)[]) => moments.filter((at) => at !== undefined);
      return {
        first: known(firsts).sort((a, b) => a - b)[0],
        last: known(lasts).sort((a, b) => b - a)[0],
      };
    },

    /** Bytes of the logs in the hours that a query over the period reads. */
    async bytesIn({ accounts, regions }: LogFolders, from: number, to: number, work: Work): Promise<number> {
      const { first, last } = hoursRead(from, to);
      let bytes = 0;
      for (const account of accounts)
        for (const region of regions)
          for (let day = Math.floor(from / DAY_MS - 1) * DAY_MS; hourFolder(day) <= last; day += DAY_MS) {
            const folder = `${regionFolder(account, region)}${hourFolder(day).slice(0, 10)}/`;
            for await (const { Contents = [] } of pages(folder, undefined, work))
              for (const { Key = '', Size = 0 } of Contents) {
                const below = Key.slice(regionFolder(account, region).length);
                const hour = below.slice(0, 13);
                if (hour >= first && hour <= last && !below.startsWith('/data/', hour.length)) bytes += Size;
              }
          }
      return bytes;
    },
  };
}
