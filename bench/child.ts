/** As users run it: from the built package. Runs one job in a process of its own and prints `{ ms, cpuMs, peakMb }`: `node bench/child.ts JOB FOLDER [LEDGER]`. */
import { compose } from 'bedrock-spend';
import { parseEach, parseEverything, sumWithDuckDb, unpackInParallel } from './rivals.ts';

const [job, folder = '', ledger] = process.argv.slice(2);

const JOBS: Record<string, () => unknown> = {
  parse: () => parseEverything(folder),
  duckdb: () => sumWithDuckDb(folder),
  unpack: () => unpackInParallel(folder),
  'parse-each': () => parseEach(folder),
  'get-each': async () => (await import('./object-rivals.ts')).getEach(),
  'get-each-lightly': async () => (await import('./object-rivals.ts')).getEachLightly(),
  ingest: async () => {
    const { engine, close } = await compose({ source: folder, ledger: ledger ?? false });
    await engine.range();
    await close();
  },
};

const started = performance.now();
await JOBS[job as string]?.();
const ms = Math.round(performance.now() - started);
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    ms,
    cpuMs: Math.round((user + system) / 1000),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
