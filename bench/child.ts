/** Runs one job in a process of its own and prints `{ ms, peakMb }`: `node bench/child.ts JOB FOLDER [LEDGER]`. */
import { createFilesEngine } from '../src/engines/files/index.ts';
import { parseEverything, unpackInParallel } from './rivals.ts';

const [job, folder = '', ledger] = process.argv.slice(2);

const JOBS: Record<string, () => unknown> = {
  parse: () => parseEverything(folder),
  unpack: () => unpackInParallel(folder),
  ingest: async () => {
    const engine = await createFilesEngine({ source: folder, ledger: ledger ?? false });
    const { invocations } = await engine.coverage(undefined);
    await engine.close();
    return invocations;
  },
};

const started = performance.now();
await JOBS[job as string]?.();
const ms = Math.round(performance.now() - started);
console.log(JSON.stringify({ ms, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
