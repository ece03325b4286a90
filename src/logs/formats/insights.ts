import { contentOf, visitMembers } from '../json-bytes.ts';
import { addColumn, type RecordFormat, STEPPED_OVER, valuesOf } from './format.ts';

/** The column of Logs Insights that has the record as it was logged. */
export const MESSAGE_COLUMN = '@message';

const MESSAGE = Buffer.from(MESSAGE_COLUMN);
const CELL = ['field', 'value'].map((name) => Buffer.from(name));

/** A cell of a row of `aws logs get-query-results`: `{"field": "@message", "value": "…"}`. The other cells hold no record. */
export const insightsCell: RecordFormat = {
  unwrap(bytes, columns) {
    const [field, value] = valuesOf(bytes, CELL) ?? [];
    const name = field && contentOf(bytes, field);
    if (name === undefined || value === undefined) return undefined;
    addColumn(columns, name);
    const text = name.equals(MESSAGE) ? contentOf(bytes, value) : undefined;
    return text ? [text] : STEPPED_OVER;
  },
};

const AT_SIGN = 64;

/** A row as the console exports it, an object by column: `{"@timestamp": "…", "@message": …}`, the message as text or as an object. */
export const insightsRow: RecordFormat = {
  unwrap(bytes, columns) {
    const [message] = valuesOf(bytes, [MESSAGE]) ?? [];
    const text = message && contentOf(bytes, message);
    if (text) {
      columns.add(MESSAGE_COLUMN);
      return [text];
    }
    const names: Buffer[] = [];
    visitMembers(bytes, (name) => names.length < 20 && names.push(bytes.subarray(name.start, name.end)));
    if (names.some((name) => name[0] === AT_SIGN)) for (const name of names) addColumn(columns, name);
    return undefined;
  },
};
