import { discover } from './discover.ts';
import { absoluteSource } from './path.ts';
import type { LogStore } from './store.ts';

/** Log files on this machine: a file, a folder or a glob. They are read where they lie. */
export function createFolderStore(source: string): LogStore {
  return {
    id: absoluteSource(source),
    freshMs: 1_000,
    list: () => discover(source),
    async supply(files, _, signal) {
      const left = [...files].reverse();
      return {
        async next() {
          const file = signal.aborted ? undefined : left.pop();
          return file && { file, path: file.name, done: async () => {} };
        },
        close: async () => {},
      };
    },
    priceOf: () => ({ usd: '0', notes: ['Files that are in the ledger already are not read again.'] }),
    close() {},
  };
}
