/** What the commands do with the rows. */
import type { Assumptions } from '../assumptions.ts';
import type { Expression, ParseMode } from './ast.ts';
import type { Evaluate } from './compile-expression.ts';
import { asString, display } from './display.ts';
import { escapeRegExp } from './regex.ts';
import { ownRow, type Row, withFields } from './row.ts';
import { compareForSort } from './sort.ts';
import { plain } from './stats.ts';
import { fromJson, Structure, type Value } from './values.ts';

export type Stage = (rows: Row[]) => Row[];

/**
 * Columns of one command all see the row as it was before it: `jsonParse(x) as j, j.name as n` gives no n
 * (README). A plain field needs no computing.
 */
export function computeColumns(columns: { expression: Expression; name: string; evaluate: Evaluate }[]): Stage {
  const computed = columns.filter(({ expression, name }) => expression.kind !== 'field' || expression.text !== name);
  if (computed.length === 0) return (rows) => rows;
  return (rows) =>
    rows.map((row) =>
      withFields(
        row,
        computed.map(({ name, evaluate }) => [name, evaluate(row)] as const),
      ),
    );
}

export function limitTo(count: number): Stage {
  return (rows) => rows.slice(0, count);
}

export function sortBy(keys: { evaluate: Evaluate; descending: boolean }[], assumptions: Assumptions): Stage {
  return (rows) => {
    const keyed = rows.map((row) => ({ row, values: keys.map(({ evaluate }) => plain(evaluate(row), assumptions)) }));
    keyed.sort((left, right) => {
      for (const [index, { descending }] of keys.entries()) {
        const order = compareForSort(left.values[index], right.values[index]);
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    });
    return keyed.map(({ row }) => row);
  };
}

/**
 * Keeps the first of each. "Null values are not considered duplicates":
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html
 */
export function dedupBy(keys: Evaluate[], assumptions: Assumptions): Stage {
  return (rows) => {
    const seen = new Set<string>();
    return rows.filter((row) => {
      const values = keys.map((key) => plain(key(row), assumptions));
      if (values.includes(undefined)) return true;
      const id = values.map((value) => display(value as Exclude<Value, undefined>)).join('\u0000');
      if (seen.has(id)) return false;
      seen.add(id);
      return true;
    });
  };
}

/** "Any other types, such as MAP, String and numbers, are treated as a list with one item." */
export function unnestInto(source: Evaluate, name: string): Stage {
  return (rows) =>
    rows.flatMap((row) => {
      const value = source(row);
      const list = value instanceof Structure && Array.isArray(value.json) ? value.json.map(fromJson) : [value];
      return list.map((item) => withFields(ownRow(row), [[name, item]]));
    });
}

/** "If a log event doesn't match the specified pattern, you still see it in the results, but without the extracted fields." */
export function compileParse(mode: ParseMode, source: Evaluate, { parseBeyondFields }: Assumptions): Stage {
  const pattern = mode.kind === 'glob' ? globToRegExp(mode.pattern) : mode.pattern;
  const textOf = (row: Row) => (row.partial && !parseBeyondFields ? '' : (asString(source(row)) ?? ''));
  if (mode.kind === 'regex' && mode.multi) return parseAll(textOf, pattern, mode.names);
  return (rows) =>
    rows.map((row) => {
      const match = pattern.exec(textOf(row));
      return match ? withFields(row, extracted(match, mode.names)) : row;
    });
}

/** `multi`: a row for each match. */
function parseAll(textOf: (row: Row) => string, pattern: RegExp, names: string[]): Stage {
  const every = new RegExp(pattern.source, `${pattern.flags}g`);
  return (rows) =>
    rows.flatMap((row) => {
      const matches = [...textOf(row).matchAll(every)];
      return matches.length ? matches.map((match) => withFields(ownRow(row), extracted(match, names))) : [row];
    });
}

function extracted(match: RegExpExecArray | RegExpMatchArray, names: string[]): [string, Value][] {
  return names.flatMap((name, index): [string, Value][] => {
    const value = match.groups?.[name] ?? match[index + 1];
    return value === undefined ? [] : [[name, value]];
  });
}

/** A trailing wildcard takes the rest, others as little as they can. */
function globToRegExp(pattern: string): RegExp {
  const source = pattern.split('*').map(escapeRegExp).join('([\\s\\S]*?)');
  return new RegExp(pattern.endsWith('*') ? `${source}$` : source);
}
