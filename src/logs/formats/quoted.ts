import { contentOf, skipBlanks } from '../json-bytes.ts';
import type { RecordFormat } from './format.ts';

const QUOTE = 34;

/** A record as JSON in a JSON string: `aws logs filter-log-events --query 'events[].message'`. */
export const quoted: RecordFormat = {
  unwrap(bytes) {
    const start = skipBlanks(bytes, 0);
    if (bytes[start] !== QUOTE) return undefined;
    const text = contentOf(bytes, { start, end: bytes.lastIndexOf(QUOTE) + 1 });
    return text && [text];
  },
};
