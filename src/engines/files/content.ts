import { messageColumn } from '../../logs/formats/insights-csv.ts';
import { isTimed } from '../../logs/formats/text-line.ts';
import { Unreadable } from '../../logs/unreadable.ts';

/** What files of another kind begin with, and what to do with them. Checked on what was unpacked, too. */
const OTHER_KINDS: readonly { what: string; begin: string; at?: number; mend: string }[] = [
  { what: 'zstd', begin: '28b52ffd', mend: 'unpack it (zstd -d)' },
  { what: 'bzip2', begin: '314159265359', at: 4, mend: 'unpack it (bunzip2)' },
  { what: 'xz', begin: 'fd377a585a00', mend: 'unpack it (unxz)' },
  { what: 'LZ4', begin: '04224d18', mend: 'unpack it (lz4 -d)' },
  { what: 'Snappy', begin: 'ff060000734e61507059', mend: 'unpack it, or have it delivered as gzip' },
  { what: 'compress (.Z)', begin: '1f9d', mend: 'unpack it (uncompress)' },
  { what: 'a ZIP archive', begin: '504b0304', mend: 'unpack it (unzip)' },
  { what: 'a ZIP archive', begin: '504b0506', mend: 'unpack it (unzip)' },
  { what: '7-Zip', begin: '377abcaf271c', mend: 'unpack it (7z x)' },
  { what: 'RAR', begin: '526172211a07', mend: 'unpack it (unrar x)' },
  { what: 'a tar archive', begin: '7573746172', at: 257, mend: 'unpack it (tar -xf)' },
  { what: 'Parquet', begin: '50415231', mend: 'give the JSON that it was made from' },
  { what: 'Avro', begin: '4f626a01', mend: 'give the JSON that it was made from' },
  { what: 'a SQLite database', begin: '53514c69746520666f726d6174', mend: 'give the logs themselves' },
  { what: 'encrypted (age)', begin: '6167652d656e6372797074696f6e2e6f7267', mend: 'decrypt it (age -d)' },
  { what: 'encrypted (OpenPGP)', begin: '2d2d2d2d2d424547494e20504750', mend: 'decrypt it (gpg -d)' },
  { what: 'encrypted (OpenSSL)', begin: '53616c7465645f5f', mend: 'decrypt it (openssl enc -d)' },
  { what: 'a PDF', begin: '255044462d', mend: 'give the logs themselves' },
  { what: 'a picture', begin: '89504e470d0a1a0a', mend: 'give the logs themselves' },
  { what: 'a picture', begin: 'ffd8ff', mend: 'give the logs themselves' },
];

const MARKS = OTHER_KINDS.map(({ begin, at = 0, ...kind }) => ({ ...kind, at, bytes: Buffer.from(begin, 'hex') }));

/** Characters that text does not have: all controls but tabs, line ends, form feeds and escapes. */
const isControl = (byte: number) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27);

/** Of encrypted or packed bytes one in ten is a control character. */
const MOST_CONTROLS = 0.05;

/**
 * Refuses what is no text by its first bytes: a reader of lines would call each of them malformed.
 * @throws Unreadable that says what it is and what to do
 */
export function checkIsText(head: Buffer): void {
  const kind = MARKS.find(({ bytes, at }) => head.subarray(at, at + bytes.length).equals(bytes));
  if (kind) throw new Unreadable(`it is ${kind.what}, which is not read: ${kind.mend} and give what comes of it`);
  const controls = head.reduce((count, byte) => count + Number(isControl(byte)), 0);
  if (head.includes(0) || controls > MOST_CONTROLS * head.length)
    throw new Unreadable(
      'it is no text (encrypted, packed in an unknown way, or UTF-16 without its mark), which is not read: give it as gzip or UTF-8 text',
    );
}

/** Whether text that should have been gzip may be a log that was unpacked on its way. */
export function looksLikeLog(head: Buffer): boolean {
  if (isUtf16(head)) return true;
  const start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const text = head.subarray(start);
  const end = text.indexOf(10);
  const first = text.find((byte) => byte > 32);
  return (
    first === 123 ||
    first === 91 ||
    isTimed(text) ||
    text.subarray(0, 7).equals(Buffer.from('EVENTS\t')) ||
    messageColumn(end < 0 ? text : text.subarray(0, end), new Set()) !== undefined
  );
}

function isUtf16(head: Buffer): boolean {
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
}
