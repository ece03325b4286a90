import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { globSync } from 'tinyglobby';
import {
  type CloudWatchLogs,
  type CloudWatchLogsOptions,
  startCloudWatchLogs,
} from '../../rigs/cloudwatch-logs/index.ts';

/** The account whose keys the tests have. */
export const ACCOUNT = '111122223333';
export const GROUP = '/aws/bedrock/invocations';

export const CLIENT = { credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local' } };

/** CloudWatch Logs with the records of log files, each in the region it names. @param account that all keys belong to, if not ACCOUNT alone */
export async function startWithLogs(
  pattern: string,
  options: CloudWatchLogsOptions = {},
  account?: string,
): Promise<CloudWatchLogs> {
  const logs = await startCloudWatchLogs({
    ...(account === undefined ? { accounts: { AKIALOCAL: ACCOUNT } } : {}),
    queries: { scheduledPolls: 0, runningPolls: 0 },
    ...options,
  });
  const byRegion = new Map<string, { timestamp: number; message: string }[]>();
  for (const file of globSync(pattern)) {
    const bytes = readFileSync(file);
    for (const message of (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').filter(Boolean)) {
      const region = /"region": ?"([^"]+)"/.exec(message)?.[1] ?? 'us-east-1';
      const timestamp = Date.parse(/"timestamp": ?"([^"]+)"/.exec(message)?.[1] ?? '2026-10-15T00:00:00Z');
      byRegion.set(region, [...(byRegion.get(region) ?? []), { timestamp, message }]);
    }
  }
  for (const [region, events] of byRegion) {
    logs.createLogGroup(account ?? ACCOUNT, region, GROUP);
    logs.putLogEvents(account ?? ACCOUNT, region, GROUP, events);
  }
  return logs;
}
