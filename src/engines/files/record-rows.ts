import { BIGINT, BOOLEAN, type DuckDBConnection, DuckDBDataChunk, INTEGER, UUID, VARCHAR } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { COUNTER_NAMES } from '../../domain/usage-class.ts';
import type { RequestKey } from './request-key.ts';

/** DuckDB's own vector size: a larger chunk is refused. */
const ROWS = 2048;

/** Columns that may be NULL and hold numbers: counters, then the two times. */
const NUMBERS = COUNTER_NAMES.length + 2;

const TYPES = [
  ...[INTEGER, BIGINT, UUID, VARCHAR, BIGINT],
  ...Array.from({ length: NUMBERS }, () => INTEGER),
  ...[VARCHAR, BOOLEAN],
];
const [FILE, ATTRIBUTES, REQUEST, REQUEST_ID, AT, FIRST_NUMBER] = [0, 1, 2, 3, 4, 5] as const;
const OWN = FIRST_NUMBER + NUMBERS;
const REPEATED = OWN + 1;

const WORD = 2 ** 32;

/** A column of the table's, as DuckDB has it in memory. */
class Column {
  readonly values: Int32Array<ArrayBuffer>;
  /** A bit for each row, set where there is a value. */
  readonly valid = new Uint8Array(ROWS / 8).fill(0xff);
  hasNulls = false;
  readonly #bytes: number;

  /** @param bytes of a value */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.values = new Int32Array((ROWS * bytes) / Int32Array.BYTES_PER_ELEMENT);
  }

  setNull(row: number): void {
    this.hasNulls = true;
    this.valid[row >> 3] = (this.valid[row >> 3] as number) & ~(1 << (row & 7));
  }

  copyTo(vector: ReturnType<typeof duckdb.data_chunk_get_vector>, rows: number): void {
    duckdb.copy_data_to_vector(vector, 0, this.values.buffer, 0, rows * this.#bytes);
    this.copyNulls(vector);
  }

  copyNulls(vector: ReturnType<typeof duckdb.data_chunk_get_vector>): void {
    if (!this.hasNulls) return;
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, this.valid.buffer, 0, this.valid.length);
    this.valid.fill(0xff);
    this.hasNulls = false;
  }
}

/** Of texts, most of which are NULL. */
class TextColumn {
  readonly #values: (string | null)[] = Array.from({ length: ROWS }, () => null);
  readonly #valid = new Uint8Array(ROWS / 8);
  #count = 0;

  set(row: number, value: string): void {
    this.#values[row] = value;
    this.#valid[row >> 3] = (this.#valid[row >> 3] as number) | (1 << (row & 7));
    this.#count++;
  }

  copyTo(vector: ReturnType<typeof duckdb.data_chunk_get_vector>): void {
    for (let row = 0; this.#count > 0; row++) {
      const value = this.#values[row] as string | null;
      if (value === null) continue;
      duckdb.vector_assign_string_element(vector, row, value);
      this.#values[row] = null;
      this.#count--;
    }
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, this.#valid.buffer, 0, this.#valid.length);
    this.#valid.fill(0);
  }
}

/**
 * Rows of `records`, gathered as DuckDB has them in memory and handed over two thousand at a time: by single values it takes four times
 * as long, most of it for turning numbers into objects.
 */
export async function createRecordRows(connection: DuckDBConnection) {
  const appender = await connection.createAppender('records');
  const chunk = DuckDBDataChunk.create(TYPES, ROWS);
  const file = new Column(4);
  const attributes = new Column(8);
  const request = new Column(16);
  const at = new Column(8);
  const numbers = Array.from({ length: NUMBERS }, () => new Column(4));
  const requestIds = new TextColumn();
  const owns = new TextColumn();
  const repeated = new Column(1);
  let rows = 0;

  function write(): void {
    if (rows === 0) return;
    chunk.rowCount = rows;
    const vector = (column: number) => duckdb.data_chunk_get_vector(chunk.chunk, column);
    file.copyTo(vector(FILE), rows);
    attributes.copyTo(vector(ATTRIBUTES), rows);
    request.copyTo(vector(REQUEST), rows);
    at.copyTo(vector(AT), rows);
    for (let column = 0; column < NUMBERS; column++)
      (numbers[column] as Column).copyTo(vector(FIRST_NUMBER + column), rows);
    requestIds.copyTo(vector(REQUEST_ID));
    owns.copyTo(vector(OWN));
    repeated.copyTo(vector(REPEATED), rows);
    appender.appendDataChunk(chunk);
    chunk.reset();
    rows = 0;
  }

  return {
    /**
     * @param idLow, idHigh halves of the attribute set's id
     * @param requestId null where the key is a UUID
     * @param counts by `COUNTER_NAMES`; below zero: not told, as the two times
     * @param own what of the attributes is not in the set
     */
    add(
      fileId: number,
      idLow: number,
      idHigh: number,
      key: RequestKey,
      requestId: string | null,
      moment: number,
      counts: Int32Array,
      latencyMs: number,
      firstByteMs: number,
      own: string | null,
    ): void {
      const row = rows++;
      file.values[row] = fileId;
      attributes.values[2 * row] = idLow;
      attributes.values[2 * row + 1] = idHigh;
      // The lower half first, and the highest bit turned, so that UUIDs are in the order of their texts.
      request.values[4 * row] = key[3] as number;
      request.values[4 * row + 1] = key[2] as number;
      request.values[4 * row + 2] = key[1] as number;
      request.values[4 * row + 3] = (key[0] as number) ^ 0x80000000;
      if (requestId !== null) requestIds.set(row, requestId);
      const high = Math.floor(moment / WORD);
      at.values[2 * row] = moment - high * WORD;
      at.values[2 * row + 1] = high;
      for (let column = 0; column < COUNTER_NAMES.length; column++)
        put(numbers[column] as Column, row, counts[column] as number);
      put(numbers[NUMBERS - 2] as Column, row, latencyMs);
      put(numbers[NUMBERS - 1] as Column, row, firstByteMs);
      if (own !== null) owns.set(row, own);
      if (rows === ROWS) write();
    },
    /** Hands everything to DuckDB. */
    flush(): void {
      write();
      appender.flushSync();
    },
    close(): void {
      write();
      appender.closeSync();
    },
  };
}

export type RecordRows = Awaited<ReturnType<typeof createRecordRows>>;

function put(column: Column, row: number, value: number): void {
  column.values[row] = value;
  if (value < 0) column.setNull(row);
}
