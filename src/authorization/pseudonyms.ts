import { createHmac } from 'node:crypto';
import { type Dimension, NONE } from '../domain/dimension.ts';

/** Names that stand for people and accounts: the same for the same value under one key, and of no use without the key. */
export interface Pseudonyms {
  dimensions: readonly Dimension[];
  /** What is shown for a value of a dimension. */
  of(dimension: Dimension, value: string): string;
  /** A text with ARNs and account ids replaced. */
  in(text: string): string;
}

/** Dimensions that name people or accounts, whatever the source. Metadata may as well; only the operator knows which. */
export const PERSONAL_DIMENSIONS: readonly Dimension[] = ['principal', 'session', 'caller', 'account'];

const KINDS: Partial<Record<Dimension, string>> = { session: 'person' };

/** 40 bits, 8 characters: among 10,000 names the odds that two are alike are 1 in 20,000. */
const BYTES = 5;

/** Crockford's base 32: no letter that is taken for another. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** @param key the operator's secret; under another one all pseudonyms are others */
export function createPseudonyms(key: string, dimensions: readonly Dimension[]): Pseudonyms {
  const shown = (kind: string, value: string) => {
    // The kind is part of what is hashed: a session and an account of one name are not to be linked.
    const digest = createHmac('sha256', key).update(`${kind}\0${value}`).digest();
    return `${kind}-${letters(digest.subarray(0, BYTES))}`;
  };
  return {
    dimensions: [...new Set(dimensions)],
    of: (dimension, value) => (value === NONE ? NONE : shown(KINDS[dimension] ?? kindOf(dimension), value)),
    in: (text) =>
      text
        .replace(/\barn:[^\s,;()"'&]+/g, (arn) => shown('arn', arn))
        .replace(/(?<!\d)\d{12}(?!\d)/g, (account) => shown('account', account)),
  };
}

/** `metadata.user` gives `user`: what a reader would call it. */
function kindOf(dimension: Dimension): string {
  return dimension.slice(dimension.indexOf('.') + 1);
}

function letters(bytes: Uint8Array): string {
  let bits = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (let length = 0; length < (bytes.length * 8) / 5; length++) {
    text += ALPHABET[Number(bits % 32n)];
    bits /= 32n;
  }
  return text;
}
