import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { ROOT } from './bundle.ts';

type Outputs = Metafile['outputs'];

/** Files of a bundle once more. */
const AGAIN = {
  ...{ absWorkingDir: ROOT, bundle: true, format: 'esm', platform: 'node', target: 'node22', packages: 'external' },
  ...{ minify: true, outExtension: { '.js': '.mjs' }, allowOverwrite: true, metafile: true },
} as const satisfies BuildOptions;

/**
 * Makes one file, start.mjs, of those that are loaded with an entry. Bundling leaves some thirty, one for each set of parts that share
 * modules, and Node takes most of a millisecond for each.
 *
 * @param outputs all in one folder; the files are changed
 * @param entry stays a file of its own: it may wait for parts that need the others
 */
export async function joinStart(outputs: Outputs, entry: string): Promise<Outputs> {
  const start = join(dirname(entry), 'start.mjs');
  const joined = filesAtStart(outputs, entry).filter((file) => file !== entry);
  const others = Object.keys(outputs).filter((file) => !joined.includes(file));
  const texts = await Promise.all(joined.map((file) => readFile(resolve(ROOT, file), 'utf8')));
  // What a file exports has a name of its own in the new one.
  const names = joined.map((file) => outputs[file]?.exports ?? []);
  const gathered = names.map((all, at) => exportsFrom(joined[at], all, (name) => `${name} as ${name}_${at}`));
  const moved = names.map((all, at) => exportsFrom(start, all, (name) => `${name}_${at} as ${name}`));
  const [one, rest] = await Promise.all([
    build({ ...AGAIN, stdin: { contents: gathered.join('') }, outfile: start, plugins: [partsFrom(joined, texts)] }),
    build({ ...AGAIN, entryPoints: others, outdir: dirname(entry), plugins: [partsFrom(joined, moved)] }),
  ]);
  await Promise.all(joined.map((file) => rm(resolve(ROOT, file))));
  return described(outputs, joined, start, { ...one.metafile.outputs, ...rest.metafile.outputs });
}

/** A file, and those that are loaded with it. */
export function filesAtStart(outputs: Outputs, file: string, found = new Set<string>()): string[] {
  if (outputs[file] && !found.has(file)) {
    found.add(file);
    for (const { path, kind } of outputs[file].imports)
      if (kind === 'import-statement') filesAtStart(outputs, path, found);
  }
  return [...found];
}

// --- internal ---

const exportsFrom = (file = '', names: readonly string[], renamed: (name: string) => string) =>
  `export {${names.map(renamed)}} from './${basename(file)}';`;

/** Takes these texts for some files of the bundle, and leaves all others outside. */
function partsFrom(files: readonly string[], texts: readonly string[]): Plugin {
  const known = new Map(files.map((file, at) => [`./${basename(file)}`, texts[at]]));
  return {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\// }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        return known.has(path) ? { path, namespace: 'parts' } : { path, external: true };
      });
      onLoad({ filter: /./, namespace: 'parts' }, ({ path }) => ({ contents: known.get(path) ?? '' }));
    },
  };
}

/** What esbuild said of the first bundle, told of the files that there are now. @param sizes has their bytes */
function described(before: Outputs, joined: readonly string[], start: string, sizes: Outputs): Outputs {
  const now: Outputs = { [start]: { bytes: 0, inputs: {}, imports: [], exports: [] } };
  for (const [file, output] of Object.entries(before)) {
    const name = joined.includes(file) ? start : file;
    const imports = output.imports.map((one) => (joined.includes(one.path) ? { ...one, path: start } : one));
    const { inputs, imports: others, ...rest } = now[name] ?? { ...output, inputs: {}, imports: [] };
    now[name] = {
      ...rest,
      bytes: sizes[name]?.bytes ?? 0,
      inputs: { ...inputs, ...output.inputs },
      imports: [...others, ...imports],
    };
  }
  return now;
}
