import { statSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { BuildOptions, BuildResult, Message, Metafile, PluginBuild } from 'esbuild';
import { ToldError } from '../told-error.ts';

export interface BundleOptions {
  /** The module that exports `handler`. */
  entry: string;
  /** Each build has a folder of its own in it: what an instance loads late must still be that build's. */
  folder: string;
  /** Of package.json's `exports`, besides Node's. */
  conditions?: string[];
  /** A node_modules that lies beside the bundle, as in an image. */
  packages?: string | undefined;
}

export interface Bundler {
  /** @returns the handler, as Lambda names it: file without ending, and export @throws ToldError */
  build(): Promise<string>;
  /** Builds when a file of the bundle changes, or has changed since the last build. What others asked for is not told here. */
  watch(onBuilt: (handler: string) => void, onFailed: (error: ToldError) => void): Promise<void>;
  close(): Promise<void>;
}

type Built = BuildResult<{ write: false; metafile: true }>;
/** With an error, the handler is that of the code before. */
type Outcome = { handler: string; error?: ToldError };

/** One folder with all that the function needs, for Lambda's Node, as a deployment makes it. */
export async function createBundler({ entry, folder, conditions = [], packages }: BundleOptions): Promise<Bundler> {
  checkFile(entry);
  const { context } = await import('esbuild');
  // As deep as the folders of builds, so that the paths in their source maps lead back.
  const outdir = join(folder, '0');
  let builds = 0;
  let asking = 0;
  let building = false;
  let kept = { handler: '', hash: '' };
  let latest: Outcome = kept;
  let tell = (_: Outcome): void => {};

  const builder = await context({
    ...optionsOf(entry, outdir, conditions),
    sourcemap: 'linked',
    // esbuild waits for it before it builds again: builds are kept one after another.
    plugins: [{ name: 'keep', setup: keepBuilds }],
  });

  function keepBuilds({ onStart, onEnd }: PluginBuild): void {
    onStart(() => {
      building = true;
    });
    onEnd((result) =>
      conclude(result as Built).finally(() => {
        building = false;
      }),
    );
  }

  /** Also of a build that brought nothing new: watching begins with one, and may find a change that was asked for meanwhile. */
  async function conclude(built: Built): Promise<void> {
    const before = latest;
    latest = await keep(built).then(
      (handler) => ({ handler }),
      (error) => ({ handler: kept.handler, error }),
    );
    const same = !before.error && !latest.error && before.handler === latest.handler;
    if (asking === 0 && !same) tell(latest);
  }

  async function keep({ outputFiles, metafile, errors }: Built): Promise<string> {
    if (errors.length > 0) throw new ToldError(errors.map(told).join('\n'));
    checkHandler(entry, metafile);
    const hash = outputFiles.map((file) => `${file.path} ${file.hash}`).join('\n');
    if (hash === kept.hash) return kept.handler;
    builds += 1;
    const own = join(folder, String(builds));
    for (const { path, contents } of outputFiles) {
      const file = join(own, relative(outdir, path));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, contents);
    }
    if (packages !== undefined) await symlink(packages, join(own, 'node_modules'), 'junction');
    kept = { handler: join(own, 'index.handler'), hash };
    return kept.handler;
  }

  return {
    async build() {
      asking += 1;
      // One that is under way may have read its files before they changed, and esbuild would answer with that.
      if (building) await builder.rebuild().catch(() => {});
      await builder.rebuild().catch(() => {}); // What fails is in the outcome.
      asking -= 1;
      const { handler, error } = latest;
      if (error) throw error;
      return handler;
    },
    async watch(onBuilt, onFailed) {
      tell = ({ handler, error }) => (error ? onFailed(error) : onBuilt(handler));
      await builder.watch();
    },
    close: () => builder.dispose(),
  };
}

/**
 * As Lambda takes it in a zip: the same code, without source maps, and the same bytes wherever the project lies.
 * @throws ToldError
 */
export async function bundleOnce(entry: string, outdir: string, conditions: string[] = []): Promise<void> {
  checkFile(entry);
  const { build } = await import('esbuild');
  const options = { ...optionsOf(entry, outdir, conditions), write: true } as const;
  const { metafile } = await build(options).catch(({ errors, message }: { errors?: Message[]; message: string }) => {
    throw new ToldError(errors?.map(told).join('\n') ?? message);
  });
  checkHandler(entry, metafile);
}

function optionsOf(entry: string, outdir: string, conditions: string[]) {
  return {
    entryPoints: { index: entry },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    metafile: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions,
    logLevel: 'silent',
    // Packages written as CommonJS ask for Node's own modules through require.
    banner: { js: "import{createRequire as requireFor}from'node:module';const require=requireFor(import.meta.url);" },
  } as const satisfies BuildOptions;
}

function checkFile(entry: string): void {
  if (!statSync(entry, { throwIfNoEntry: false })?.isFile())
    throw new ToldError(`There is no file ${relative('.', entry)}.`);
}

function checkHandler(entry: string, metafile: Metafile): void {
  const main = Object.entries(metafile.outputs).find(([file]) => basename(file) === 'index.mjs')?.[1];
  const exported = main?.exports ?? [];
  if (!exported.includes('handler')) throw new ToldError(noHandler(entry, exported));
}

function told({ text, location }: Message): string {
  if (!location) return text;
  const { file, line, column, lineText } = location;
  return `${file}:${line}:${column + 1}: ${text}\n    ${lineText.trim()}`.trimEnd();
}

function noHandler(entry: string, exported: readonly string[]): string {
  const others = exported.length > 0 ? `; it exports ${exported.join(', ')}` : '';
  return `${relative('.', entry)} has no export named handler${others}. Lambda calls it: export const handler = createLambdaHandler(…)`;
}
