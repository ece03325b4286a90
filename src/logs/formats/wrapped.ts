import { contentOf } from '../json-bytes.ts';
import { type RecordFormat, valuesOf } from './format.ts';

/** Under which name other tools keep what was logged. Where one wraps twice, as Splunk's `{"result": {"_raw": "…"}}`, each is named. */
const NAMES = [
  // Splunk: exports as JSON, an object a result.
  '_raw',
  'result',
  // Elastic, in documents and in hits of searches: `event.original` is the line as it came.
  'original',
  'event',
  '_source',
  // EventBridge.
  'detail',
  // Fluent Bit, Docker.
  'log',
  // OpenTelemetry.
  'body',
].map((name) => Buffer.from(name));

/** A record that another tool keeps under a name of its own, as text or as an object. */
export const wrapped: RecordFormat = {
  unwrap(bytes) {
    return valuesOf(bytes, NAMES)?.flatMap((value) => (value && contentOf(bytes, value)) ?? []);
  },
};
