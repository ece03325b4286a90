import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ClientIdentity } from './client-identity.ts';

/** A key as it is kept: enough to know it again, not enough to use it. */
export interface KeyRecord {
  id: string;
  /** Who or what it is for. */
  name: string;
  /** SHA-256 of the whole key, in hex. */
  hash: string;
  createdAt: string;
  expiresAt?: string | undefined;
  /** Requests a minute; undefined: the server's. */
  ratePerMinute?: number | undefined;
}

const KEY = /^bsk_([0-9a-f]{12})_[0-9a-f]{40}$/;

/** Compared with where no record is, so that an unknown id takes as long as a wrong secret. */
const NO_HASH = '0'.repeat(64);

/** Makes a key. Its text is in no record: whoever asked for it has the only copy. */
export function makeKey(of: Pick<KeyRecord, 'name' | 'expiresAt' | 'ratePerMinute'>, now: number) {
  const id = randomBytes(6).toString('hex');
  const key = `bsk_${id}_${randomBytes(20).toString('hex')}`;
  const record: KeyRecord = { id, ...of, hash: hashOf(key), createdAt: new Date(now).toISOString() };
  return { key, record };
}

/** Whether a text is meant as a key, so that it is not taken for a token. */
export function isKey(text: string): boolean {
  return text.startsWith('bsk_');
}

/** The record of a key that is known and has not expired. */
export function findKey(records: readonly KeyRecord[], key: string, now: number): KeyRecord | undefined {
  const id = KEY.exec(key)?.[1];
  const record = records.find((other) => other.id === id);
  const same = timingSafeEqual(Buffer.from(hashOf(key), 'hex'), Buffer.from(record?.hash ?? NO_HASH, 'hex'));
  return same && record !== undefined && !hasExpired(record, now) ? record : undefined;
}

export function hasExpired({ expiresAt }: KeyRecord, now: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= now;
}

export function clientFromKey({ id, name }: KeyRecord): ClientIdentity {
  return { principal: `key:${id}`, name, claims: {} };
}

/** One round without salt: a key is 160 random bits, so there is no list of likely ones to try, which is what slow hashes are against. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
