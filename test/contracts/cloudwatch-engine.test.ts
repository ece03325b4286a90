import { cloudWatchOver } from '../helpers/engines.ts';
import { lineOf } from '../helpers/log-files.ts';
import { type MakeEngine, testEngine } from './engine.ts';

function over(via: 'insights' | 'events'): MakeEngine {
  return (deliveries) => cloudWatchOver(via)(deliveries.flat().map(lineOf));
}

testEngine('CloudWatch, through Logs Insights', over('insights'), {
  malformed: false,
  differingRepeats: false,
  missingRequestIds: false,
  distantRepeats: false,
  moments: true,
  unaskedMetadata: false,
});

testEngine('CloudWatch, event by event', over('events'), {
  malformed: false,
  differingRepeats: true,
  missingRequestIds: true,
  distantRepeats: false,
  moments: true,
  unaskedMetadata: true,
});
