/** Where in the query string a piece of syntax stands: what QueryCompileError calls its location. */
export interface Span {
  start: number;
  end: number;
}

/**
 * A query that is not valid.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_QueryCompileError.html
 */
export class QueryCompileError extends Error {
  readonly location: { startCharOffset: number; endCharOffset: number };

  constructor(message: string, span: Span) {
    super(message);
    this.location = locationOf(span);
  }
}

/** A query that turns out, as it runs, to do what is not supported: it ends as Failed. */
export class QueryRunError extends Error {}

/** Both offsets are of characters that belong to it: `fields …` of 47 characters is ([73,119]) (README). */
function locationOf({ start, end }: Span): { startCharOffset: number; endCharOffset: number } {
  return { startCharOffset: start, endCharOffset: Math.max(start, end - 1) };
}

/** A query that is well formed and breaks a rule: the service puts the place after the message. */
export function breaksRule(message: string, span: Span): QueryCompileError {
  const { startCharOffset, endCharOffset } = locationOf(span);
  return new QueryCompileError(`${message} ([${startCharOffset},${endCharOffset}])`, span);
}

/** People report `unexpected symbol found sort`; that line and position follow is not on record. */
export function unexpected(query: string, found: Span & { text: string }): QueryCompileError {
  const before = query.slice(0, found.start);
  const line = before.split('\n').length;
  const position = found.start - (before.lastIndexOf('\n') + 1);
  return new QueryCompileError(`unexpected symbol found ${found.text} at line ${line} and position ${position}`, found);
}
