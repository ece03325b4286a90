/** A reading thread that ends at files whose names say so: by a fault, or out of memory. */
import { parentPort } from 'node:worker_threads';
import '../../src/engines/files/worker.ts';

parentPort?.on('message', (message: { file?: { name: string } }) => {
  const name = message.file?.name ?? '';
  if (name.includes('ends-thread')) process.exit(1);
  if (name.includes('throws')) throw new Error('a fault of ours');
  if (name.includes('eats-memory')) {
    const eaten: number[][] = [];
    for (;;) eaten.push(new Array(1_000_000).fill(0.5));
  }
});
