/**
 * Bundles the Lambda function into dist/lambda: `index.mjs`, and beside it the parts that are loaded only when they are needed.
 * `npm run bundle`. With `--image FOLDER`, what deploy/Dockerfile puts into the container image. What runs functions on this machine
 * bundles them into folders of its own: parts are loaded late, and another build must not have deleted them.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Metafile } from 'esbuild';
import { bundleEntries, copyDrawing, ROOT, WORKERS } from './bundle.ts';
import { bundleDashboard } from './bundle-dashboard.ts';
import { joinStart } from './join-start.ts';
import { noticesOf } from './notices.ts';

/** As small as can be: what an instance reads before it answers. */
const FUNCTION = { minify: true, outExtension: { '.js': '.mjs' } };

/** What an instance loads before it asks for work; deploy/index.ts loads it, too. */
const START = 'src/entry/lambda.ts';

export interface FunctionBundle {
  /** As Lambda names it: file without ending, and export. */
  handler: string;
  metafile: Metafile;
}

/** For a function that this process runs, and gone with it. Packages are found from there. */
export function temporaryOutdir(): string {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const outdir = mkdtempSync(join(cache, 'function-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  return outdir;
}

/** @param workers files that threads start from, which share no files with the function */
export async function bundleFunction(
  entry: string,
  outdir: string,
  workers: Record<string, string> = {},
): Promise<FunctionBundle> {
  const { inputs, outputs } = await bundleEntries({ index: entry }, outdir, FUNCTION);
  const threads = await bundleEntries(workers, outdir, FUNCTION);
  const start = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === START);
  const joined = start === undefined ? outputs : await joinStart(outputs, start);
  return {
    handler: join(outdir, 'index.handler'),
    metafile: { inputs: { ...inputs, ...threads.inputs }, outputs: { ...joined, ...threads.outputs } },
  };
}

/** The function of this project, with its compile cache. */
export async function bundleSpend(outdir: string): Promise<FunctionBundle & { compileCache: string }> {
  const bundle = await bundleFunction(join(ROOT, 'src/entry/lambda.ts'), outdir, WORKERS);
  await bundleDashboard(join(outdir, 'dashboard.html'));
  const compileCache = join(outdir, 'compile-cache');
  warmCompileCache(bundle.metafile, outdir, compileCache);
  return { ...bundle, compileCache };
}

/**
 * What the image holds: the function with its compiled code (deploy/index.ts), and the authorizer, which shares nothing with it so
 * that it stays small. To be called where it will lie and with the Node that will run it.
 */
export async function bundleImage(outdir: string): Promise<Metafile> {
  const { metafile } = await bundleFunction(join(ROOT, 'deploy/index.ts'), outdir, WORKERS);
  for (const [name, flags] of Object.entries({ default: [], 'expose-gc': ['--expose-gc'] })) {
    const folder = await mkdtemp(join(tmpdir(), 'compile-cache-'));
    warmCompileCache(metafile, outdir, folder, flags);
    const [compiled = ''] = await readdir(folder);
    await cp(join(folder, compiled), join(outdir, 'compile-cache', name), { recursive: true });
    await rm(folder, { recursive: true });
  }
  const authorizer = await bundleEntries({ authorizer: join(ROOT, 'src/entry/authorizer.ts') }, outdir, FUNCTION);
  await copyDrawing(outdir);
  const page = await bundleDashboard(join(outdir, 'dashboard.html'));
  const inputs = { ...metafile.inputs, ...page.inputs };
  await writeFile(join(outdir, 'THIRD-PARTY-NOTICES'), noticesOf({ inputs }, ROOT));
  return { ...metafile, outputs: { ...metafile.outputs, ...authorizer.outputs } };
}

/**
 * Compiles the bundle once, so that instances need not: with NODE_COMPILE_CACHE set to this folder, Node takes the code from there
 * (https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache). It holds for this Node and these paths only, so an
 * image makes its own.
 */
export function warmCompileCache(bundle: Metafile, outdir: string, compileCache: string, flags: string[] = []): void {
  const modules = Object.keys(bundle.outputs).map((file) => basename(file));
  // What imports DuckDB stays uncompiled where DuckDB is not.
  const script = `
    import path from 'node:path';
    globalThis.awslambda = { streamifyResponse: (handler) => handler };
    for (const file of ${JSON.stringify(modules)})
      await import(path.resolve(file)).catch((error) => { if (!error.code?.endsWith('MODULE_NOT_FOUND')) throw error; });`;
  execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', script], {
    cwd: outdir,
    env: { NODE_COMPILE_CACHE: compileCache, BEDROCK_SPEND_SOURCE: '.', BEDROCK_SPEND_SESSION_TABLE: 'none' },
  });
}

async function bundleAnew(outdir: string): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  return (await bundleSpend(outdir)).metafile;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { image: { type: 'string' } } });
  const metafile =
    values.image === undefined ? await bundleAnew(join(ROOT, 'dist/lambda')) : await bundleImage(values.image);
  for (const [file, { bytes }] of Object.entries(metafile.outputs))
    if (bytes > 10_000) console.log(`${(bytes / 1024).toFixed(0).padStart(6)} KB  ${file}`);
}
