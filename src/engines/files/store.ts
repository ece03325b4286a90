import type { Work } from '../engine.ts';
import type { Quote } from '../quote.ts';

/** One log file as it is now. Another size or version means that its records must be read again. */
export interface LogFile {
  /** What the ledger knows it by: an absolute path, or `s3://BUCKET/KEY`. */
  name: string;
  size: number;
  /** Of a file its modification time, of an object its ETag. */
  version: string;
  /** It must be restored before it can be read. */
  archived?: true;
}

export interface Listing {
  /** What all names begin with, up to and with the last separator. */
  root: string;
  files: LogFile[];
  /** Side objects, permission-check markers, and what is no log by its name. */
  skipped: number;
  /** Folders and files that could not be looked at, by their path below the root. */
  unread: { path: string; reason: string }[];
  /** Requests it took that AWS charges for. */
  requests: number;
}

/** Where log files are. */
export interface LogStore {
  /** The same for every way of writing the same source. */
  id: string;
  /** How long a listing is good for. */
  freshMs: number;
  /** @throws SpendError SOURCE_NOT_FOUND when there is no such place */
  list(work: Work): Promise<Listing>;
  /**
   * Makes files readable, one after another.
   * @param folder for what must be brought here first; nobody else uses it
   * @param signal ends the supply; files that were taken stay until it is closed
   */
  supply(files: readonly LogFile[], folder: string, signal: AbortSignal): Promise<Supply>;
  /** What reading these files would cost. */
  priceOf(files: readonly LogFile[], listing: Listing): Pick<Quote, 'usd' | 'notes'>;
  close(): void;
}

export interface Supply {
  /** The next file; undefined when there are no more, or when the supply was ended. Calls may overlap. */
  next(): Promise<Supplied | undefined>;
  /** Removes what it brought here. */
  close(): Promise<void>;
}

export type Supplied =
  | {
      file: LogFile;
      /** Where its bytes are on this machine, until it is done with. */
      path: string;
      done(): Promise<void>;
    }
  | { file: LogFile; lack: Lack };

/** Why a listed file cannot be read: gone since, in an archive, or its bytes end early every time. */
export type Lack = 'gone' | 'archived' | 'cut off';
