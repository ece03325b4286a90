/**
 * Bundles the Lambda function into dist/lambda: `index.mjs`, and beside it the parts that are loaded only when they are needed.
 * DuckDB is native code and stays outside; only sources that are files need it.
 */
import { rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const OUT = new URL('../dist/lambda/', import.meta.url).pathname;

await rm(OUT, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { index: 'src/entry/lambda.ts', worker: 'src/engines/files/worker.ts' },
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  outExtension: { '.js': '.mjs' },
  // Beside the entry, where the files engine looks for its worker.
  chunkNames: '[name]-[hash]',
  minify: true,
  keepNames: true,
  sourcemap: process.argv.includes('--sourcemap'),
  external: ['@duckdb/node-api'],
  metafile: true,
  // Packages written as CommonJS ask for Node's own modules through require.
  banner: { js: "import{createRequire as __require}from'node:module';const require=__require(import.meta.url);" },
});
await writeFile(`${OUT}metafile.json`, JSON.stringify(metafile));
for (const [file, { bytes, entryPoint }] of Object.entries(metafile.outputs))
  if (entryPoint || bytes > 50_000) console.log(`${file} ${(bytes / 1024).toFixed(0)} KB`);
