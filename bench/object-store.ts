/** The files of a folder as objects in S3, until its input ends: `node bench/object-store.ts FOLDER LATENCY-MS`. Its line is its address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { startBucket } from '../rigs/s3/index.ts';

const [folder = '', latency] = process.argv.slice(2);
const names = globSync('**/*', { cwd: folder });
const { endpoint, close } = await startBucket(new Map(names.map((name) => [name, readFileSync(join(folder, name))])), {
  latencyMs: Number(latency),
});
console.log(endpoint);
process.stdin.resume().once('end', close);
