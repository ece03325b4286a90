import { contentOf } from '../json-bytes.ts';
import { type RecordFormat, STEPPED_OVER, valuesOf } from './format.ts';

const NAMES = ['message', 'messageType'].map((name) => Buffer.from(name));
const CONTROL_TYPE = Buffer.from('"CONTROL_MESSAGE"');
const CONTROL_TEXT = Buffer.from('CWL CONTROL MESSAGE');

/**
 * An event of CloudWatch Logs, as `filter-log-events`, `get-log-events` and subscriptions give it: `{"timestamp": …, "message": "…"}`.
 * Subscriptions also send control messages, to see whether anybody is there; they hold no log.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export const logEvent: RecordFormat = {
  unwrap(bytes) {
    const [message, type] = valuesOf(bytes, NAMES) ?? [];
    if (type && bytes.subarray(type.start, type.end).equals(CONTROL_TYPE)) return STEPPED_OVER;
    const text = message && contentOf(bytes, message);
    if (text?.subarray(0, CONTROL_TEXT.length).equals(CONTROL_TEXT)) return STEPPED_OVER;
    return text && [text];
  },
};
