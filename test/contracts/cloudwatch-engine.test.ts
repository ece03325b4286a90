import { startCloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import { recordOf } from '../helpers/log-files.ts';
import { testEngine } from './engine.ts';

testEngine(
  'CloudWatch',
  async (deliveries) => {
    const logs = await startCloudWatchLogs({
      accounts: { AKIALOCAL: '111122223333' },
      queries: { scheduledPolls: 0, runningPolls: 0 },
    });
    const events = deliveries
      .flat()
      .map((line) =>
        typeof line === 'string'
          ? { timestamp: Date.parse('2026-10-14T12:30:00Z'), message: line }
          : { timestamp: Date.parse(line.at), message: JSON.stringify(recordOf(line)) },
      );
    logs.createLogGroup('111122223333', 'us-east-1', '/bedrock');
    logs.putLogEvents('111122223333', 'us-east-1', '/bedrock', events);
    const engine = createCloudWatchEngine({
      source: 'cloudwatch:/bedrock?region=us-east-1',
      client: { endpoint: logs.endpoint, credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: 'x' } },
    });
    return {
      ...engine,
      async close() {
        await engine.close();
        await logs.close();
      },
    };
  },
  { malformed: false, differingRepeats: false, missingRequestIds: false },
);
