/**
 * Bundles bedrock-spend into dist: the command line, the library, the client and the reading threads, with everything that they
 * need but native code, which is DuckDB’s. `npm run build`. Their types, which take longer, are made for `npm pack` and `npm publish`
 * only; `prepare` repeats what `build` is, since what npm was asked for is not told through a second `npm run`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundleEntries, copyDrawing, ROOT, WORKERS } from './bundle.ts';
import { bundleDashboard } from './bundle-dashboard.ts';
import { noticesOf } from './notices.ts';

/** What programs import, by the names of their files. */
const LIBRARIES = { index: 'src/index', client: 'src/client/index' };

/** The code alone. */
export function bundleCode(outdir: string): Promise<Metafile> {
  const libraries = Object.entries(LIBRARIES).map(([name, file]) => [name, join(ROOT, `${file}.ts`)]);
  const entries = { cli: join(ROOT, 'src/entry/cli.ts'), ...Object.fromEntries(libraries), ...WORKERS };
  // Names stay, so that a stack says where. The licences are in the notices.
  return bundleEntries(entries, outdir, { minifySyntax: true, minifyWhitespace: true, legalComments: 'none' });
}

async function bundlePackage(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  const { inputs } = await bundleCode(outdir);
  const page = await bundleDashboard(join(outdir, 'dashboard.html'));
  await copyDrawing(outdir);
  await writeFile(join(outdir, 'THIRD-PARTY-NOTICES'), noticesOf({ inputs: { ...inputs, ...page.inputs } }, ROOT));
}

/** Whole: a type that names a package which is bundled would be `any` to its user, who would not be told. */
export async function bundleTypes(outdir: string): Promise<void> {
  const [{ rollup }, { dts }] = await Promise.all([import('rollup'), import('rollup-plugin-dts')]);
  // Where packages are found from.
  const emitted = await mkdtemp(join(ROOT, 'node_modules/.types-'));
  try {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    execFileSync(tsc, ['-p', 'tsconfig.types.json', '--outDir', emitted], { cwd: ROOT, stdio: 'inherit' });
    // One by one: a chunk that they share would be no .d.ts.
    for (const [name, file] of Object.entries(LIBRARIES)) {
      const bundle = await rollup({
        input: { [name]: join(emitted, `${file}.d.ts`) },
        plugins: [dts({ respectExternal: true, tsconfig: join(ROOT, 'tsconfig.types.json') })],
        external: (other) => other.startsWith('node:'),
        onwarn: ({ code, message }) => {
          if (code === 'UNRESOLVED_IMPORT') throw new Error(message);
        },
      });
      await bundle.write({ dir: outdir, format: 'es', entryFileNames: '[name].d.ts' });
    }
  } finally {
    await rm(emitted, { recursive: true });
  }
}

if (import.meta.main) {
  const dist = join(ROOT, 'dist');
  await bundlePackage(dist);
  if (['pack', 'publish'].includes(process.env['npm_command'] ?? '')) await bundleTypes(dist);
}
