import type { CloudWatchLogsOptions } from '../../rigs/cloudwatch-logs/index.ts';
import { cloudWatchOver } from '../helpers/engines.ts';
import { lineOf } from '../helpers/log-files.ts';
import { testEngine } from './engine.ts';
import type { MakeEngine } from './shared-engine.ts';

function over(via: 'insights' | 'events', assumptions?: CloudWatchLogsOptions['assumptions']): MakeEngine {
  return (deliveries) => cloudWatchOver(via, assumptions)(deliveries.flat().map(lineOf));
}

const INSIGHTS = {
  malformed: false,
  differingRepeats: false,
  missingRequestIds: true,
  distantRepeats: false,
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
