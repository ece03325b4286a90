/** https://trino.io/docs/current/functions/json.html#json_parse, which is strict where DuckDB is not: `[1,]`, NaN. */
import { type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import { parseJson, rawJSON } from '../json.ts';

/** Which Jackson reads, and refuses to write. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** Of equal keys the last counts, as in Trino's reader; numbers keep their digits. */
function normalized(text: string): string {
  const written = JSON.stringify(parseJson(text, rawJSON));
  if (LONE_SURROGATE.test(written)) throw new Error('half of a surrogate pair');
  return written;
}

export function registerJsonParse(connection: DuckDBConnection): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'trino_json_parse',
      parameterTypes: [VARCHAR],
      returnType: VARCHAR,
      mainFunction(info, input, output) {
        const texts = input.getColumnVector(0);
        for (let row = 0; row < input.rowCount; row++) {
          const text = texts.getItem(row) as string;
          try {
            output.setItem(row, normalized(text));
          } catch {
            return info.setError(`Cannot convert value to JSON: '${text}'`);
          }
        }
        output.flush();
      },
    }),
  );
}
