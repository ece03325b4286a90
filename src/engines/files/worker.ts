import { parentPort } from 'node:worker_threads';
import { readLogFile } from './read-file.ts';

/**
 * A reading thread. Takes a path; sends each batch as it fills and goes on when told that it was written, so that a fast
 * reader never piles up batches in memory; then says what the whole file was.
 */
const port = parentPort;
let written = () => {};

port?.on('message', (message: { path?: string }) => {
  if (message.path === undefined) written();
  else read(message.path);
});

function read(path: string): void {
  const send = (batch: unknown) => {
    port?.postMessage({ batch });
    return new Promise<void>((resolve) => {
      written = resolve;
    });
  };
  readLogFile(path, send).then(
    (reading) => port?.postMessage({ reading }),
    (error: Error) => port?.postMessage({ reading: { records: 0, malformed: {}, damaged: error.message } }),
  );
}
