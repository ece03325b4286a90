import { createSecretKey } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Invocation } from '../../domain/invocation.ts';
import { COUNTER_NAMES } from '../../domain/usage-class.ts';
import { invocationFromQuick } from '../../logs/quick/invocation.ts';
import { QuickRecord } from '../../logs/quick/quick-record.ts';
import { readRecord } from '../../logs/record.ts';
import type { AttributeIds, NamedSet } from './attribute-sets.ts';
import { KnownSets } from './known-sets.ts';
import type { RecordRows } from './record-rows.ts';
import { keyOfText, keyOfUuid } from './request-key.ts';

/** Takes the records of files into rows. */
export interface Records {
  /**
   * Takes the record that a line is, in the quickest way.
   * @returns false when it has to be read in another way
   */
  take(file: number, bytes: Buffer, start: number, end: number): boolean;
  add(file: number, invocation: Invocation): void;
}

/** @param secret the ledger's */
export function createRecords(ids: AttributeIds, rows: RecordRows, secret: Uint8Array): Records {
  const secretKey = createSecretKey(secret);
  const record = new QuickRecord();
  const sets = new KnownSets(ids);
  const key = new Int32Array(4);
  const counts = new Int32Array(COUNTER_NAMES.length);

  function addNamed(file: number, invocation: Invocation, { id, own }: NamedSet): void {
    const { requestId, at, tokens, latencyMs = -1, firstByteMs = -1 } = invocation;
    for (const [index, name] of COUNTER_NAMES.entries()) counts[index] = tokens[name] ?? -1;
    const bytes = Buffer.from(requestId);
    const isUuid = keyOfUuid(bytes, 0, bytes.length, key);
    if (!isUuid) keyOfText(requestId, secretKey, key);
    const [low, high] = [Number(BigInt.asIntN(32, id)), Number(id >> 32n)];
    rows.add(file, low, high, key, isUuid ? null : requestId, at, counts, latencyMs, firstByteMs, own ?? null);
  }

  /** Texts that were not met before. Of a set that was not, both readers must say the same of its record. */
  function addNew(file: number, bytes: Buffer, start: number, end: number): boolean {
    const invocation = invocationFromQuick(bytes, record);
    if (invocation === undefined) return false;
    if (!ids.isKnown(invocation) && !isDeepStrictEqual(readRecord(bytes.subarray(start, end)), { invocation }))
      return false;
    const named = ids.idOf(invocation);
    sets.learn(bytes, record, named);
    addNamed(file, invocation, named);
    return true;
  }

  return {
    take(file, bytes, start, end) {
      if (!record.read(bytes, start, end)) return false;
      if (!sets.find(bytes, record)) return addNew(file, bytes, start, end);
      ids.count();
      const { idStart, idEnd, at, latencyMs, firstByteMs } = record;
      let requestId: string | null = null;
      if (!keyOfUuid(bytes, idStart, idEnd, key)) {
        requestId = bytes.toString('utf8', idStart, idEnd).toWellFormed();
        keyOfText(requestId, secretKey, key);
      }
      rows.add(file, sets.idLow, sets.idHigh, key, requestId, at, record.counts, latencyMs, firstByteMs, sets.own);
      return true;
    },
    add(file, invocation) {
      addNamed(file, invocation, ids.idOf(invocation));
    },
  };
}
