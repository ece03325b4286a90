import { limitsOfSize } from '../../domain/request-size.ts';
import { TOKEN_CLASSES, type TokenClass } from '../../domain/weights.ts';
import { PRICED_ATTRIBUTES, REQUEST_COLUMNS } from '../result-row.ts';
import type { Scan } from '../scan.ts';
import type { TopAsk } from '../top.ts';
import { type AthenaQuery, type LogFolders, requestsSql, sizeSql, textSql } from './athena-query.ts';

/** The merged counter of each class of tokens. */
const TOKENS: Readonly<Record<TokenClass, string>> = {
  input: 't_in',
  output: 't_out',
  cacheRead: 't_read',
  cacheWrite5m: '(t_write - t_long)',
  cacheWrite1h: 't_long',
};

/** Bytes of a query, https://docs.aws.amazon.com/athena/latest/ug/service-limits.html, less than what else is in it. */
const MOST_CONDITIONS = 200_000;

/** The query for the requests with the largest bounds. @param table as SQL writes it: `database.table` */
export function topQuery(
  { from, to, attributes, only }: Scan,
  { bounds, where, limit }: TopAsk,
  table: string,
  folders: LogFolders,
): AthenaQuery {
  const columns = [...PRICED_ATTRIBUTES, ...attributes, ...REQUEST_COLUMNS];
  const cases = [...bounds].map(
    ([model, bound]) =>
      `WHEN ${textSql(model)} THEN ${TOKEN_CLASSES.map((name) => `${TOKENS[name]} * ${bound[name]}`).join(' + ')}`,
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
  SELECT requestid, t, t_in, t_out, t_read, t_write, t_long, t_known, ${columns.map((_, index) => `b${index}`).join(', ')},
    CASE b0 ${cases.join(' ')} ELSE 0 END AS bound
  FROM requested
  WHERE ${conditions.join(' AND ')}
)
WHERE bound > 0
ORDER BY bound DESC
LIMIT ${limit}`;
  return { text, columns };
}
