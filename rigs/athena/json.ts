/** JSON whose numbers keep their digits, which is newer than TypeScript's types: https://github.com/tc39/proposal-json-parse-with-source */

export interface RawJson {
  rawJSON: string;
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): RawJson;
};

/** Numbers become what is to be written for them. Of equal keys the last counts. */
export function parseJson(text: string, numberOf: (source: string, value: number) => RawJson | number): unknown {
  return parse(text, (_, value, { source = '' }) => (typeof value === 'number' ? numberOf(source, value) : value));
}

export { rawJSON };
