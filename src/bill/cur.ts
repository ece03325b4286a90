import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { globSync } from 'tinyglobby';
import { SpendError, throwIfCancelled } from '../domain/errors.ts';
import { usdFromText } from '../domain/money.ts';
import type { Bill, BillLine, BillPeriod, ReadBill } from './bill.ts';

/** Columns that must be there: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-line-item.html */
const NEEDED = [
  'line_item_usage_start_date',
  'line_item_usage_type',
  'line_item_product_code',
  'line_item_line_item_type',
  'line_item_unblended_cost',
  'line_item_usage_amount',
  'line_item_usage_account_id',
];

/** Where exports say which product it was; any of them, and none, may be there. */
const PRODUCT_COLUMNS = ['product', 'product_product_name', 'product_servicename', 'product_servicecode'];

/** Only exports made with caller identity have it: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/iam-principal-cost-allocation.html */
const PRINCIPAL = 'line_item_iam_principal';

/** Blank until the month is final: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-bill.html */
const INVOICE = 'bill_invoice_id';

/** Reads the bill from a Cost and Usage Report (CUR 2.0): a file, or a folder of Parquet or CSV files. */
export function createCurBill(path: string): ReadBill {
  return async (period, signal) => {
    const files = await filesOf(path);
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    try {
      throwIfCancelled(signal);
      return await readBill(connection, path, files, period);
    } catch (error) {
      if (error instanceof SpendError) throw error;
      throw new SpendError('QUERY_FAILED', `The cost report ${path} cannot be read as Parquet or CSV.`, {
        cause: error,
      });
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  };
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  const files = found?.isDirectory() ? globSync(['**/*.parquet', '**/*.csv', '**/*.csv.gz'], { cwd: path }) : [];
  if (found?.isFile()) return [path];
  if (files.length > 0) return files.sort().map((file) => join(path, file));
  throw new SpendError(
    'SOURCE_NOT_FOUND',
    `There is no cost report at ${path}: give a Parquet or CSV file, or a folder.`,
  );
}

async function readBill(
  connection: DuckDBConnection,
  path: string,
  files: readonly string[],
  period: BillPeriod,
): Promise<Bill> {
  const lines: BillLine[] = [];
  let [principals, invoices, final] = [true, true, true];
  // File types have columns of their own, so each type is one question.
  for (const isParquet of [true, false]) {
    const own = files.filter((file) => file.endsWith('.parquet') === isParquet);
    if (own.length === 0) continue;
    const table = isParquet ? `read_parquet(${listOf(own)}, union_by_name = true)` : csvTable(own);
    const columns = await columnsOf(connection, table);
    const missing = NEEDED.filter((column) => !columns.has(column));
    if (missing.length > 0)
      throw new SpendError('SOURCE_NOT_FOUND', `The cost report ${path} has no column ${missing.join(', ')}.`);
    principals &&= columns.has(PRINCIPAL);
    invoices &&= columns.has(INVOICE);
    for (const { isInvoiced, ...line } of await linesOf(connection, table, columns, period)) {
      final &&= isInvoiced;
      lines.push(line);
    }
  }
  const notes = [
    ...(principals ? [] : [NO_PRINCIPALS]),
    ...(invoices ? [] : [NO_INVOICES]),
    ...(final ? [] : ['The bill is not final: some of its charges are on no invoice yet.']),
  ];
  return { source: 'Cost and Usage Report', lines, final, notes };
}

const NO_PRINCIPALS =
  'The cost report does not name callers: an export made with "include caller identity" has line_item_iam_principal, and people can then be compared, too.';

const NO_INVOICES = 'The cost report has no column bill_invoice_id, so it is taken as final.';

/** All text, so that no amount passes through a floating-point number. */
const csvTable = (files: readonly string[]) => `read_csv(${listOf(files)}, all_varchar = true, union_by_name = true)`;

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const listOf = (texts: readonly string[]) => `[${texts.map(literal).join(', ')}]`;

async function columnsOf(connection: DuckDBConnection, table: string): Promise<Set<string>> {
  const reader = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${table}`);
  return new Set(reader.getRowObjectsJson().map((row) => String(row['column_name'])));
}

async function linesOf(
  connection: DuckDBConnection,
  table: string,
  columns: ReadonlySet<string>,
  { from, to, accounts }: BillPeriod,
): Promise<(BillLine & { isInvoiced: boolean })[]> {
  const products = PRODUCT_COLUMNS.filter((column) => columns.has(column)).map(
    (column) => `CAST(${column} AS VARCHAR)`,
  );
  const words = [...products, 'line_item_product_code'].join(`, ' ', `);
  const owner =
    accounts.length > 0 ? `AND CAST(line_item_usage_account_id AS VARCHAR) IN (${accounts.map(literal)})` : '';
  const reader = await connection.runAndReadAll(`
    SELECT
      regexp_extract(concat(${words}), '([^"={,:]+ \\(Amazon Bedrock Edition\\))', 1) AS product,
      line_item_usage_type AS usage_type,
      line_item_line_item_type AS charge_type,
      ${columns.has(PRINCIPAL) ? PRINCIPAL : 'NULL'} AS principal,
      ${columns.has(INVOICE) ? `coalesce(CAST(${INVOICE} AS VARCHAR), '') <> ''` : 'true'} AS is_invoiced,
      CAST(sum(CAST(line_item_usage_amount AS DECIMAL(38, 12))) AS VARCHAR) AS quantity,
      CAST(sum(CAST(line_item_unblended_cost AS DECIMAL(38, 12))) AS VARCHAR) AS usd
    FROM ${table}
    WHERE CAST(line_item_usage_start_date AS TIMESTAMP) >= CAST(${timestamp(from)} AS TIMESTAMP)
      AND CAST(line_item_usage_start_date AS TIMESTAMP) < CAST(${timestamp(to)} AS TIMESTAMP)
      AND (concat(${words}) ILIKE '%amazon bedrock%' OR line_item_product_code ILIKE 'AmazonBedrock%')
      ${owner}
    GROUP BY ALL
    ORDER BY ALL`);
  return reader.getRowObjectsJson().map((row) => ({
    service: String(row['product'] || 'Amazon Bedrock').trim(),
    usageType: String(row['usage_type'] ?? ''),
    chargeType: String(row['charge_type']),
    quantity: usdFromText(String(row['quantity'] ?? '0')),
    usd: usdFromText(String(row['usd'] ?? '0')),
    principal: row['principal'] ? String(row['principal']) : undefined,
    isInvoiced: row['is_invoiced'] === true,
  }));
}

const timestamp = (at: number) => literal(new Date(at).toISOString().slice(0, 19));
