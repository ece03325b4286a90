/** JSON with the text of its numbers and every key there is, which JSON.parse does not keep. */

export type Json =
  | { kind: 'object'; entries: readonly (readonly [string, Json])[] }
  | { kind: 'array'; items: readonly Json[] }
  | { kind: 'string'; text: string }
  | { kind: 'number'; text: string }
  | { kind: 'boolean'; text: 'true' | 'false' }
  | { kind: 'null' };

export class JsonError extends Error {}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
/** Within strings, where JSON.parse wants them escaped. */
const CONTROL = /\p{Cc}/gu;
/** Has what is not as it is written. */
const ESCAPED = /[\\\p{Cc}]/u;
const LITERAL = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * The first value in a text.
 * @throws JsonError
 */
export function readJson(text: string, after: 'nothing' | 'anything'): Json {
  const reader = createReader(text);
  const json = reader.value();
  if (after === 'nothing' && reader.rest() !== '') throw new JsonError(`unexpected ${reader.rest().slice(0, 1)}`);
  return json;
}

function createReader(text: string) {
  let position = 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = position;
    if (!pattern.test(text)) return undefined;
    const start = position;
    position = pattern.lastIndex;
    return text.slice(start, position);
  }

  function takeSign(sign: string): boolean {
    take(SPACE);
    if (text[position] !== sign) return false;
    position += 1;
    return true;
  }

  function expectSign(sign: string): void {
    if (!takeSign(sign)) throw new JsonError(`Expected '${sign}' at character ${position}`);
  }

  function string(): string {
    take(SPACE);
    const quoted = take(STRING);
    if (quoted === undefined) throw new JsonError(`Expected a string at character ${position}`);
    if (!ESCAPED.test(quoted)) return quoted.slice(1, -1);
    try {
      return JSON.parse(quoted.replace(CONTROL, (sign) => JSON.stringify(sign).slice(1, -1)));
    } catch {
      throw new JsonError(`Invalid string at character ${position}`);
    }
  }

  function list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    if (takeSign(end)) return items;
    do items.push(item());
    while (takeSign(','));
    expectSign(end);
    return items;
  }

  function value(): Json {
    if (takeSign('{')) {
      const entry = (): readonly [string, Json] => {
        const key = string();
        expectSign(':');
        return [key, value()];
      };
      return { kind: 'object', entries: list('}', entry) };
    }
    if (takeSign('[')) return { kind: 'array', items: list(']', value) };
    if (text[position] === '"') return { kind: 'string', text: string() };
    const literal = take(LITERAL);
    if (literal === undefined) throw new JsonError(`Expected a value at character ${position}`);
    if (literal === 'null') return { kind: 'null' };
    if (literal === 'true' || literal === 'false') return { kind: 'boolean', text: literal };
    return { kind: 'number', text: literal };
  }

  function rest(): string {
    take(SPACE);
    return text.slice(position);
  }

  return { value, rest };
}

/** Without spaces. */
export function writeJson(json: Json): string {
  switch (json.kind) {
    case 'object':
      return `{${json.entries.map(([key, value]) => `${JSON.stringify(key)}:${writeJson(value)}`).join(',')}}`;
    case 'array':
      return `[${json.items.map(writeJson).join(',')}]`;
    case 'string':
      return JSON.stringify(json.text);
    case 'null':
      return 'null';
    default:
      return json.text;
  }
}
