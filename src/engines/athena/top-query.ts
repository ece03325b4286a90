import { limitsOfSize } from '../../domain/request-size.ts';
import { CLASS_NAMES, COUNTER_NAMES } from '../../domain/usage-class.ts';
import { classExpression } from '../grouping/counts.ts';
import { mergedColumn, PRICED_ATTRIBUTES, REQUEST_COLUMNS } from '../scans/result-row.ts';
import type { Scan } from '../scans/scan.ts';
import type { TopRequest } from '../scans/top.ts';
import { type AthenaQuery, type LogFolders, merged, requestsSql, sizeSql, textSql } from './athena-query.ts';

/** Bytes of a query, https://docs.aws.amazon.com/athena/latest/ug/service-limits.html, less than what else is in it. */
const MOST_CONDITIONS = 200_000;

/** The query for the requests with the largest bounds. @param table as SQL writes it: `database.table` */
export function topQuery(
  { from, to, attributes, only }: Scan,
  { bounds, where, limit }: TopRequest,
  table: string,
  folders: LogFolders,
): AthenaQuery {
  const columns = [...PRICED_ATTRIBUTES, ...attributes, ...REQUEST_COLUMNS, 'requestMetadata' as const];
  const cases = [...bounds].map(
    ([model, bound]) =>
      `WHEN ${textSql(model)} THEN ${CLASS_NAMES.map((name) => `${classExpression(name, merged)} * ${bound[name]}`).join(' + ')}`,
  );
  const filters = where.map(
    ({ column, values }) => `b${columns.indexOf(column)} IN (${values.map(textSql).join(', ')})`,
  );
  const conditions = [
    "reject = ''",
    `t >= ${from}`,
    `t < ${to}`,
    ...(limitsOfSize(only).length > 0 ? [sizeSql(only)] : []),
    ...(Buffer.byteLength(filters.join('')) > MOST_CONDITIONS ? [] : filters),
  ];
  const text = `${requestsSql(columns, table, folders, from, to)}
SELECT * FROM (
  SELECT requestid, t, ${COUNTER_NAMES.map(mergedColumn).join(', ')}, ${columns.map((_, index) => `b${index}`).join(', ')},
    CASE b0 ${cases.join(' ')} ELSE 0 END AS bound
  FROM requested
  WHERE ${conditions.join(' AND ')}
)
WHERE bound > 0
ORDER BY bound DESC
LIMIT ${limit}`;
  return { text, columns };
}
