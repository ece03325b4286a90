import { createHmac } from 'node:crypto';
import { type Dimension, NONE } from '../domain/dimension.ts';

/** Names that stand for people and accounts: the same for the same value under one key, and of no use without the key. */
export interface Pseudonyms {
  dimensions: readonly Dimension[];
  /** What is shown for a value of a dimension. */
  of(dimension: Dimension, value: string): string;
  /** What is shown for where something lies. */
  path(path: string): string;
  /** A text of ours or of a service, with all that could name people, accounts or roles replaced, and paths with them. */
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
  const of = (dimension: Dimension, value: string) =>
    value === NONE ? NONE : shown(KINDS[dimension] ?? kindOf(dimension), value);
  const accounts = (text: string) => text.replace(/(?<!\d)\d{12}(?!\d)/g, (account) => of('account', account));
  const path = (text: string) => {
    if (!DELIVERED.test(text)) return shown('path', text);
    const parts = text.split('/').map((part) => (DELIVERED_PART.test(part) ? part : shown('path', part)));
    return accounts(parts.join('/'));
  };
  return {
    dimensions: [...new Set(dimensions)],
    of,
    path,
    in: (text) =>
      accounts(
        text
          .replace(SOURCE_PARAMETERS, '')
          .replace(ARN, (arn) => shown('arn', arn))
          .replace(QUOTED, (quoted) =>
            isQuotedPath(quoted) ? `${quoted[0]}${path(quoted.slice(1, -1))}${quoted[0]}` : quoted,
          )
          .replace(ADDRESS, (address) => of('session', address))
          .replace(WORD, (word) => (isPath(word) ? inWord(word, path) : word)),
      ),
  };
}

/** A path as Bedrock delivers logs; what of it is AWS's own says nothing of anybody, but for the account. */
const DELIVERED = /(?:^|\/)AWSLogs(?:\/|$)/;
const DELIVERED_PART =
  /^(?:|[a-z0-9]+:|(?:path|account)-\w{8}|AWSLogs|BedrockModelInvocationLogs|data|[a-z]{2}(?:-[a-z]+)+-\d|\d{1,4}|\d{12}|\d{8}T\d+Z_[0-9a-f]+(?:_\w+)?\.json\.gz)$/;

/** Regions and roles. */
const SOURCE_PARAMETERS = /\?[\w-]+=\S*/g;
const ARN = /\barn(?::|%3a)[^\s,;()"'&]+/gi;
const QUOTED = /'[^'\n]*'|"[^"\n]*"/g;
const ADDRESS = /[\w.+-]{1,64}@[\w.-]+\w/g;
const WORD = /[^\s'"(),;]+/g;

/** As Node writes them into its errors, and we names that are not plain. */
function isQuotedPath(quoted: string): boolean {
  return quoted.startsWith('"') ? /[./\\]/.test(quoted) : /^'(?:\/|\.\.?\/|[a-z]:\\)/i.test(quoted);
}

/** What ends a sentence is no part of its last word. */
function inWord(word: string, change: (word: string) => string): string {
  const plain = word.replace(/[.:!?…]$/, '');
  return `${change(plain)}${word.slice(plain.length)}`;
}

/** Also `role/NAME`, and a log group. A name that is said to be of a dimension is either visible or a pseudonym already. */
function isPath(word: string): boolean {
  if (/^(?:https?:\/\/|[\w.]+=)/.test(word)) return false;
  return /[/\\]/.test(word) || /\.(?:json|jsonl|ndjson|log|csv|txt|gz|zst|zip)[.:!?…]?$/i.test(word);
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
