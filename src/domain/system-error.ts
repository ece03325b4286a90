import { type ErrorCode, SpendError } from './errors.ts';

interface Refusal {
  code: Extract<ErrorCode, 'SYSTEM_REFUSED' | 'UPSTREAM_UNREACHABLE'>;
  says: string;
  advice: string;
}

const disk = (says: string, advice: string): Refusal => ({ code: 'SYSTEM_REFUSED', says, advice });
const network = (says: string, advice: string): Refusal => ({ code: 'UPSTREAM_UNREACHABLE', says, advice });

const FULL = disk('no space is left', 'Make room there, or name a place on another disk.');
const READ_ONLY = disk('the file system is read-only', 'Name a place that can be written to.');
const NOT_ALLOWED = disk('this user may not', 'Give this user the right to it, or name another place.');
const TOO_MANY = disk('too many files are open', 'Close other programs, or raise the limit ("ulimit -n").');
const BROKEN = disk('the disk failed', 'Look at the disk, or name a place on another.');
const NO_NAME = network(
  'the name is not known',
  'Look at the network, the DNS, and the region or address that is set.',
);
const NO_WAY = network(
  'there is no way there',
  'Look at the network, a proxy or firewall, and the address that is set.',
);
const NO_TRUST = network(
  'the certificate is not trusted',
  'Behind a proxy that opens TLS, name its certificate with NODE_EXTRA_CA_CERTS.',
);

/** By the codes of Node, https://nodejs.org/api/errors.html#common-system-errors, of its `fetch` (UND_ERR) and of OpenSSL. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EROFS: READ_ONLY,
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
  EIO: BROKEN,
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
  ECONNREFUSED: NO_WAY,
  ECONNRESET: NO_WAY,
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ETIMEDOUT: NO_WAY,
  UND_ERR_CONNECT_TIMEOUT: NO_WAY,
  UND_ERR_SOCKET: NO_WAY,
  CERT_HAS_EXPIRED: NO_TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: NO_TRUST,
  ERR_TLS_CERT_ALTNAME_INVALID: NO_TRUST,
  SELF_SIGNED_CERT_IN_CHAIN: NO_TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NO_TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NO_TRUST,
};

/** DuckDB hands on the system's words, without a code: those of Linux and macOS, and of Windows; the last are its own. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/No space left on device|There is not enough space on the disk|max_temp_directory_size/, 'ENOSPC'],
  [/Disk quota exceeded/, 'EDQUOT'],
  [/Read-only file system/, 'EROFS'],
  [/Permission denied|Access is denied/, 'EACCES'],
  [/Too many open files/, 'EMFILE'],
  [/Input\/output error/, 'EIO'],
];

/** What this machine or its network refused. */
export interface SystemRefusal extends Refusal {
  /** The system's own code. */
  system: string;
  /** The file or host, where that is known. */
  what: string | undefined;
}

type NodeError = NodeJS.ErrnoException & { hostname?: string; address?: string };

/** Errors in errors: those of `fetch` have the reason in their cause, those of a host with several addresses one for each. */
const MOST_DEEP = 5;

/** Undefined for an error that is none of the system's. */
export function systemRefusal(error: unknown, depth = 0): SystemRefusal | undefined {
  if (!(error instanceof Error) || error instanceof SpendError || depth > MOST_DEEP) return undefined;
  const { code = codeFromWords(error.message), path, hostname, address } = error as NodeError;
  const refusal = code === undefined ? undefined : REFUSALS[code];
  if (code !== undefined && refusal) {
    const quoted = /file "([^"]+)"/.exec(error.message)?.[1];
    return { ...refusal, system: code, what: path ?? hostname ?? address ?? quoted };
  }
  return systemRefusal(error.cause, depth + 1) ?? systemRefusal((error as AggregateError).errors?.[0], depth + 1);
}

function codeFromWords(message: string): string | undefined {
  return WORDS.find(([words]) => words.test(message))?.[1];
}

/** Does what writes a file; a failure names it, which Node's own errors of writing do not. */
export async function writing<Result>(path: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    throw fromSystem(error, path);
  }
}

/** The error in one line for who can mend it. Errors that are ours already, and those that are none of the system's, stay as they are. */
export function fromSystem(error: unknown, place?: string): unknown {
  const refusal = systemRefusal(error);
  if (refusal === undefined) return error;
  const { code, system, says, advice } = refusal;
  const what = place ?? refusal.what ?? (code === 'SYSTEM_REFUSED' ? 'This machine' : 'A server');
  return new SpendError(code, `${what}: ${says} (${system}). ${advice}`, { cause: error });
}
