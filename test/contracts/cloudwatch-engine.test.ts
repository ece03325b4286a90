import { type CloudWatchLogsOptions, startCloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import { CLIENT } from '../helpers/cloudwatch.ts';
import { recordOf } from '../helpers/log-files.ts';
import { type MakeEngine, testEngine } from './engine.ts';

const MIDDLE = Date.parse('2026-10-14T12:30:00Z');

function over(via: 'insights' | 'events', assumptions: CloudWatchLogsOptions['assumptions'] = {}): MakeEngine {
  return async (deliveries) => {
    const logs = await startCloudWatchLogs({
      accounts: { AKIALOCAL: '111122223333' },
      queries: { scheduledPolls: 0, runningPolls: 0 },
      assumptions,
    });
    const events = deliveries.flat().map((line) => {
      const text = typeof line === 'string';
      return { timestamp: text ? MIDDLE : Date.parse(line.at), message: text ? line : JSON.stringify(recordOf(line)) };
    });
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

const INSIGHTS = {
  malformed: false,
  differingRepeats: false,
  distantRepeats: false,
  missingRequestIds: true,
  moments: true,
  unaskedMetadata: true,
};

testEngine('CloudWatch, through Logs Insights', over('insights'), INSIGHTS);

testEngine(
  'CloudWatch, through a Logs Insights without jsonParse',
  over('insights', { functions: 'without JSON' }),
  INSIGHTS,
);

testEngine('CloudWatch, event by event', over('events'), {
  malformed: false,
  differingRepeats: true,
  missingRequestIds: true,
  distantRepeats: false,
  moments: true,
  unaskedMetadata: true,
});
