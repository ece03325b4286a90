import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import envPaths from 'env-paths';
import { SpendError, throwIfCancelled } from '../../domain/errors.ts';
import { logEntry } from '../../domain/printable.ts';
import { systemRefusal } from '../../domain/system-error.ts';
import { createTurns } from '../../domain/turns.ts';
import { makeFolder } from '../../own-files.ts';
import type { Work } from '../engine.ts';
import { layOut } from './layout.ts';
import { INVOCATIONS_VIEW } from './schema.ts';

/** Memory DuckDB may use before it spills to disk. Reading logs stays flat however many there are. */
const MEMORY_LIMIT = '256MB';

/** How long to wait for another process that is filling the same ledger. */
const BUSY_TIMEOUT_MS = 10 * 60_000;

/** And for one that is stopped (Ctrl-Z, SIGSTOP): it gives nothing up before somebody lets it go on. */
const STOPPED_TIMEOUT_MS = 5_000;

/** A long-running server gives the ledger up after this pause, so that a command beside it can use it. */
const IDLE_CLOSE_MS = 2_000;

export interface Ledger {
  readonly path: string;
  /** It was of another version of the program, and everything is read again. */
  readonly rebuilt: boolean;
  /** Runs work on the open ledger. Calls take turns: one process never writes while it reads. */
  use<Result>(work: (connection: DuckDBConnection) => Promise<Result>, options?: Work): Promise<Result>;
  close(): Promise<void>;
}

/** Where a store's ledger is kept by default. */
export function ledgerPath(id: string, folder = envPaths('bedrock-spend', { suffix: '' }).cache): string {
  const name = createHash('sha256').update(id).digest('hex').slice(0, 16);
  return join(folder, `ledger-${name}.duckdb`);
}

const HELD_HERE = 'held by this process';

/** Ledgers that this process has open. DuckDB keeps other processes out, but would open a file twice in one process and spoil it. */
const openPaths = new Set<string>();

/** What is read of logs is for its owner alone. DuckDB makes its file, its log of changes and its spill files as the process's mask has them, when it needs them. */
const PRIVATE_MASK = 0o077;

/** The process's own mask while a ledger is open. */
let maskBefore: number | undefined;

function claim(path: string): void {
  // Threads cannot change it.
  if (openPaths.size === 0 && isMainThread) maskBefore = process.umask(PRIVATE_MASK);
  openPaths.add(path);
}

function unclaim(path: string): void {
  openPaths.delete(path);
  if (openPaths.size > 0 || maskBefore === undefined) return;
  process.umask(maskBefore);
  maskBefore = undefined;
}

/**
 * A ledger in a file.
 * @param passing nobody else knows of it, and it is not read again once it is closed
 */
export function createLedger(path: string, passing = false): Ledger {
  let open: Awaited<ReturnType<typeof openLedger>> | undefined;
  let rebuilt = false;
  const inTurn = createTurns();
  let idle: NodeJS.Timeout | undefined;
  /** When it was last found that somebody else has it. */
  let busy: { error: SpendError; at: number } | undefined;

  async function connect(options: Work): Promise<DuckDBConnection> {
    clearTimeout(idle);
    open ??= await openLedger(path, passing, options);
    rebuilt ||= open.found === 'rebuilt';
    return open.connection;
  }

  function release(): void {
    if (open === undefined) return;
    open.connection.closeSync();
    open.instance.closeSync();
    open = undefined;
    unclaim(path);
  }

  return {
    path,
    get rebuilt() {
      return rebuilt;
    },
    use(work, options = {}) {
      const asked = performance.now();
      return inTurn(async () => {
        throwIfCancelled(options.signal);
        // Who came while another waited has waited as well.
        if (busy && asked < busy.at) throw busy.error;
        try {
          return await work(await connect(options));
        } catch (error) {
          const refused = refusedBySystem(error, path, passing);
          // What DuckDB could not write has made it refuse all else: the next question opens the file anew.
          if (refused) release();
          if (error instanceof SpendError && error.code === 'LEDGER_BUSY') busy = { error, at: performance.now() };
          throw refused ?? error;
        } finally {
          idle = setTimeout(release, IDLE_CLOSE_MS).unref();
        }
      });
    },
    close: () =>
      inTurn(async () => {
        clearTimeout(idle);
        // What DuckDB has not yet moved to its file would be moved now, to be deleted.
        if (passing) await open?.connection.run('PRAGMA disable_checkpoint_on_shutdown');
        release();
      }),
  };
}

/** A ledger that is thrown away with the process: `--no-ledger`. On disk all the same, so that memory stays flat. */
export async function createTemporaryLedger(): Promise<Ledger> {
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-')).catch((cause) => {
    throw new SpendError(
      'LEDGER_UNUSABLE',
      `The folder for temporary files ${tmpdir()} cannot be written (${cause.code}). Set TMPDIR to another, or name a ledger with --ledger FILE.`,
      { cause },
    );
  });
  const ledger = createLedger(join(folder, 'ledger.duckdb'), true);
  return {
    path: ledger.path,
    rebuilt: false,
    use: ledger.use,
    async close() {
      await ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openLedger(path: string, passing: boolean, options: Work) {
  await makeFolder(dirname(path)).catch((cause) => {
    throw new SpendError(
      'LEDGER_UNUSABLE',
      `The folder of the ledger ${path} cannot be made (${cause.code}). Name another file with --ledger, or use --no-ledger.`,
      { cause },
    );
  });
  const instance = await openInstance(path, passing, options);
  try {
    const connection = await instance.connect();
    const found = await layOut(connection, path);
    await connection.run(INVOCATIONS_VIEW);
    return { instance, connection, found };
  } catch (error) {
    instance.closeSync();
    unclaim(path);
    throw error;
  }
}

async function openInstance(path: string, passing: boolean, { signal, onProgress }: Work): Promise<DuckDBInstance> {
  const begun = Date.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await openAlone(path, passing);
    } catch (cause) {
      if (cause instanceof SpendError) throw cause;
      const holder = await holderOf(cause as Error);
      if (holder === undefined) {
        throw (
          refusedBySystem(cause, path, passing) ??
          new SpendError(
            'LEDGER_UNUSABLE',
            `The ledger ${path} cannot be opened. Delete it and ask again: it is made anew from the logs.`,
            { cause },
          )
        );
      }
      const { name, stopped, remedy } = holder;
      if (Date.now() - begun > (stopped ? STOPPED_TIMEOUT_MS : BUSY_TIMEOUT_MS)) {
        throw new SpendError(
          'LEDGER_BUSY',
          `The ledger ${path} is held by ${name}${stopped ? ', which is stopped' : ', and has been for ten minutes'}. ${remedy}Ask again later, or use --no-ledger.`,
          { cause },
        );
      }
      // Also where nobody is shown progress: who waits for an answer must not think that nothing happens.
      if (attempt === 0)
        console.error(
          logEntry(
            `Waiting for ${name}, which ${stopped ? 'is stopped and ' : ''}uses the same ledger (${path}). ${stopped ? remedy : ''}--no-ledger does without.`,
          ),
        );
      onProgress?.({ done: 0, total: 0, message: `waiting for ${name}, which uses the same ledger` });
    }
    throwIfCancelled(signal);
    await delay(100);
  }
}

/** A full disk and the like are no reason to delete the ledger. Undefined for any other failure, and for that of another file. */
function refusedBySystem(cause: unknown, path: string, passing: boolean): SpendError | undefined {
  const refusal = systemRefusal(cause);
  if (refusal?.code !== 'SYSTEM_REFUSED' || refusal.what?.startsWith(path) === false) return undefined;
  const { says, system, advice } = refusal;
  const elsewhere = passing
    ? 'Set TMPDIR to another folder, or name a ledger with --ledger FILE.'
    : '--ledger FILE names another file, --no-ledger does without.';
  return new SpendError(
    'LEDGER_UNUSABLE',
    `The ledger ${path} cannot be used: ${says} (${system}). ${advice} ${elsewhere}`,
    { cause },
  );
}

/** Who has a ledger that is wanted. */
interface Holder {
  name: string;
  stopped: boolean;
  /** What can be done about it, a sentence and a space; empty where nothing is known. */
  remedy: string;
}

/** Who has the ledger, in DuckDB's words on Linux and macOS, on Windows, and in ours; undefined: nobody, it is another fault. */
async function holderOf({ message }: Error): Promise<Holder | undefined> {
  if (message === HELD_HERE) return { name: 'another part of this process', stopped: false, remedy: '' };
  if (!/Could not set lock on file|used by another process/.test(message)) return undefined;
  const [, pid] = /\(PID (\d+)\)/.exec(message) ?? [];
  if (pid === undefined) return { name: 'another process', stopped: false, remedy: '' };
  const name = `process ${pid}`;
  return (await isStopped(pid))
    ? { name, stopped: true, remedy: `kill -CONT ${pid} lets it go on, kill -KILL ${pid} ends it. ` }
    : { name, stopped: false, remedy: `If it hangs, kill ${pid} ends it. ` };
}

/** The third field, after a name that can hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. Elsewhere nothing tells. */
async function isStopped(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

async function openAlone(path: string, passing: boolean): Promise<DuckDBInstance> {
  if (openPaths.has(path)) throw new Error(HELD_HERE);
  claim(path);
  try {
    if (!passing && !existsSync(path)) await createEmpty(path);
    else if (!passing) {
      await checkIsDatabase(path);
      // Earlier versions made it as the mask had it. What is another's stays so.
      await chmod(path, 0o600).catch(() => {});
    }
    return await DuckDBInstance.create(path, { memory_limit: MEMORY_LIMIT, preserve_insertion_order: 'false' });
  } catch (error) {
    unclaim(path);
    throw error;
  }
}

/** DuckDB's files begin with a checksum of eight bytes and this, https://duckdb.org/docs/stable/internals/storage. */
const DATABASE_MARK = 'DUCK';

/** A folder, a device or somebody's notes must be neither changed nor told to be deleted. @throws SpendError LEDGER_UNUSABLE */
async function checkIsDatabase(path: string): Promise<void> {
  const found = await stat(path);
  const isFile = found.isFile();
  if (isFile && (found.size === 0 || (await beginningOf(path)).toString('latin1', 8) === DATABASE_MARK)) return;
  throw new SpendError(
    'LEDGER_UNUSABLE',
    `${path} is no ledger, but ${isFile ? 'another file (if it was one, it is damaged: delete it)' : 'a folder or a device'}. Name a file with --ledger that is not there yet, or use --no-ledger.`,
  );
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8 + DATABASE_MARK.length));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Puts an empty database at a path, unless another process does so first. DuckDB (1.5.5) writes a new file's header before it
 * locks the file, so two processes that create the same one at once spoil it, or one of them finds it "not valid".
 */
async function createEmpty(path: string): Promise<void> {
  const draft = `${path}.new-${randomUUID()}`;
  try {
    (await DuckDBInstance.create(draft)).closeSync();
    // Refused where another process was first, and on file systems without links: there DuckDB makes the file itself.
    await link(draft, path).catch(() => {});
  } finally {
    await rm(draft, { force: true });
  }
}
