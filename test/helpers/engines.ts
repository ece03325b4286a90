import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudWatchLogsOptions, startCloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { createFilesEngine } from '../../src/engines/files/index.ts';
import { type AthenaOverS3, foldersOf } from './athena.ts';
import { CLIENT } from './cloudwatch.ts';
import { writeFiles } from './log-files.ts';

/** Log lines as each engine finds them, for asking several of them the same. Whoever makes one closes it. */
export type MakeEngineOver = (lines: readonly string[]) => Promise<Engine>;

const MIDDLE = '2026-10-14T12:30:00Z';

export const filesOver: MakeEngineOver = (lines) => filesFrom((folder) => writeFiles(folder, { 'all.json': lines }));

/** An engine over a folder of its own, which goes when it is closed. */
export async function filesFrom(write: (folder: string) => Promise<unknown>): Promise<Engine> {
  const source = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  await write(source);
  const engine = await createFilesEngine({ source, ledger: false });
  return {
    ...engine,
    async close() {
      await engine.close();
      await rm(source, { recursive: true });
    },
  };
}

export function cloudWatchOver(
  via: 'insights' | 'events',
  assumptions: CloudWatchLogsOptions['assumptions'] = {},
): MakeEngineOver {
  return async (lines) => {
    const logs = await startCloudWatchLogs({
      accounts: { AKIALOCAL: '111122223333' },
      queries: { scheduledPolls: 0, runningPolls: 0 },
      assumptions,
    });
    const events = lines.map((message) => ({
      timestamp: Date.parse(/"timestamp": ?"([^"]+)"/.exec(message)?.[1] ?? MIDDLE),
      message,
    }));
    logs.createLogGroup('111122223333', 'us-east-1', '/bedrock');
    logs.putLogEvents('111122223333', 'us-east-1', '/bedrock', events);
    const engine = createCloudWatchEngine({
      source: `cloudwatch:/bedrock?via=${via}`,
      client: { ...CLIENT, region: 'us-east-1', endpoint: logs.endpoint },
    });
    return {
      ...engine,
      async close() {
        await engine.close();
        await logs.close();
      },
    };
  };
}

let buckets = 0;

export function athenaOver(rig: AthenaOverS3): MakeEngineOver {
  return async (lines) => {
    const bucket = `lines-${buckets++}`;
    await rig.bucket(bucket, foldersOf(lines));
    return rig.engine(`athena:s3://${bucket}?create=yes&region=us-east-1`);
  };
}
