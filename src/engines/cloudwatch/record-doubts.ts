import { COUNTER_NAMES, EXPECTED_COUNTERS } from '../../domain/usage-class.ts';
import {
  LIFETIME_STATEMENT,
  NAMED_COUNTERS,
  ODD_STATEMENT,
  STREAM_STATEMENT,
  statementOf,
  TIER_STATEMENT,
} from './count-names.ts';
import { listedCount, OWN, recordColumn } from './record-counts.ts';

/** A whole number from 0 to 10^9, plainly or as Java writes it. */
const WHOLE = '\\d{1,9}(?:\\.0+)?|\\d(?:\\.\\d{1,7})?E[78]|10{9}(?:\\.0+)?|1\\.0E9';

/**
 * 1 for a record that must be looked at itself: it could not be parsed; a count is no whole number from 0 to 10^9; none of a counter was
 * found, and the text states one. For what every record states at its top all of it is searched; for the others the response alone, for
 * a prompt can be full of such words.
 */
export const DOUBTING = [
  'fields coalesce(s, @message) as b, coalesce(m.requestId, x_id, y_id, "") as w',
  `fields if(${[
    'not ispresent(m.schemaType)',
    `concat(${OWN.map(({ place }) => `coalesce(p${place}, "")`).join(', ",", ')}) not like /^(?:(?:${WHOLE})?(?:,|$))*$/`,
    `b like /${ODD_STATEMENT}/`,
    `least(${COUNTER_NAMES.map(recordColumn).join(', ')}) < -1`,
    ...NAMED_COUNTERS.map((counter) => {
      const where = EXPECTED_COUNTERS.some((expected) => expected === counter) ? '@message' : 'b';
      return `${recordColumn(counter)} <= 0 and ${where} like /${statementOf(counter)}/`;
    }),
    `startsWith(b, "[") = 1 and b like /${STREAM_STATEMENT}/`,
    `startsWith(b, "[") = 1 and not ispresent(q_tier) and b like /${TIER_STATEMENT}/`,
    `${recordColumn('cacheWriteKnown')} < ${recordColumn('cacheWrite')} and b like /${LIFETIME_STATEMENT}/`,
    `ispresent(${listedCount(2)})`,
    'coalesce(m.timestamp, "") not like /^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d/',
  ].join(' or ')}, 1, 0) as c_doubt`,
];
