/** Where in the query string a piece of syntax stands: what QueryCompileError calls its location. */
export interface Span {
  start: number;
  end: number;
}

export interface Period {
  count: number;
  unit: string;
}

export type BinaryOperator = 'and' | 'or' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '^';

/** `text` is the expression as written: the name of its column when it has no alias. */
export type Expression = { text: string; span: Span } & (
  | { kind: 'literal'; value: string | number }
  | { kind: 'star' }
  | { kind: 'period'; period: Period }
  | { kind: 'field'; path: string[] }
  | { kind: 'access'; base: Expression; key: string | number }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'not' | 'negate'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'in'; value: Expression; list: Expression[]; negated: boolean }
  | { kind: 'like'; value: Expression; pattern: RegExp | Expression; negated: boolean }
);

/** An expression and the column it becomes. */
export interface Column {
  expression: Expression;
  name: string;
}

export type ParseMode =
  | { kind: 'glob'; pattern: string; names: string[] }
  | { kind: 'regex'; pattern: RegExp; names: string[]; multi: boolean };

export type Command = { span: Span } & (
  | { kind: 'fields'; columns: Column[] }
  | { kind: 'display'; columns: Column[] }
  | { kind: 'filter'; condition: Expression }
  | { kind: 'stats'; aggregates: Column[]; by: Column[] }
  | { kind: 'sort'; keys: { expression: Expression; descending: boolean }[] }
  | { kind: 'limit'; count: number; any: boolean }
  | { kind: 'parse'; source: Expression; mode: ParseMode }
  | { kind: 'dedup'; keys: Expression[] }
  | { kind: 'unnest'; source: Expression; name: string }
  | { kind: 'source'; selectors: SourceSelector[] }
);

/** `SOURCE logGroups(namePrefix: [...], accountIdentifier: [...], class: [...])`. */
export interface SourceSelector {
  namePrefix: string[];
  accountIdentifiers: string[];
  logGroupClasses: string[];
}

export interface Query {
  commands: Command[];
}
