/**
 * Bundles the Lambda function into dist/lambda: `index.mjs`, and beside it the parts that are loaded only when they are needed.
 * `npm run bundle`; tests and rigs bundle functions of their own with `bundleFunction`.
 */
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

export interface FunctionBundle {
  /** As Lambda names it: file without ending, and export. */
  handler: string;
  metafile: Metafile;
}

/** @param workers files that threads start from; they must stay files of their own, beside the entry */
export async function bundleFunction(
  entry: string,
  outdir: string,
  workers: Record<string, string> = {},
): Promise<FunctionBundle> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { index: entry, ...workers },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    minify: true,
    // Native code; only sources that are files need it.
    external: ['@duckdb/node-api'],
    // Packages written as CommonJS ask for Node's own modules through require.
    banner: { js: "import{createRequire as requireFor}from'node:module';const require=requireFor(import.meta.url);" },
    metafile: true,
  });
  return { handler: join(outdir, 'index.handler'), metafile };
}

/** The function of this project, with its compile cache. */
export async function bundleSpend(): Promise<FunctionBundle & { compileCache: string }> {
  const root = join(import.meta.dirname, '..');
  const outdir = join(root, 'dist/lambda');
  const bundle = await bundleFunction(join(root, 'src/entry/lambda.ts'), outdir, {
    worker: join(root, 'src/engines/files/worker.ts'),
  });
  return { ...bundle, compileCache: warmCompileCache(outdir) };
}

/**
 * Compiles the bundle once, so that instances need not: with NODE_COMPILE_CACHE set to this folder, Node takes the code from there
 * (https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache). It holds for this Node and these paths only, so an
 * image makes its own.
 */
function warmCompileCache(outdir: string): string {
  const compileCache = join(outdir, 'compile-cache');
  const script = `
    globalThis.awslambda = { streamifyResponse: (handler) => handler };
    for (const file of fs.readdirSync('.')) if (/^(?!worker).*\\.mjs$/.test(file)) await import(path.resolve(file));`;
  execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', `import fs from 'node:fs'; import path from 'node:path';${script}`],
    {
      cwd: outdir,
      env: { NODE_COMPILE_CACHE: compileCache, BEDROCK_SPEND_SOURCE: '.', BEDROCK_SPEND_SESSION_TABLE: 'none' },
    },
  );
  return compileCache;
}

if (import.meta.main) {
  const { metafile } = await bundleSpend();
  for (const [file, { bytes }] of Object.entries(metafile.outputs))
    if (bytes > 10_000) console.log(`${(bytes / 1024).toFixed(0).padStart(6)} KB  ${file}`);
}
