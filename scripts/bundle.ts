/** What the bundles of the package and of the Lambda function have in common. */
import { cp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

export const ROOT = join(import.meta.dirname, '..');

/** Files that threads start from; they must stay files of their own, beside the entry. */
export const WORKERS = {
  drawing: join(ROOT, 'src/charts/drawing.ts'),
};

/** For Node, from what is written here and not from what was built of it. */
export const FOR_NODE = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  conditions: ['bedrock-spend-sources'],
  // Packages written as CommonJS ask for Node's own modules through require.
  banner: { js: "import{createRequire as requireFor}from'node:module';const require=requireFor(import.meta.url);" },
} as const satisfies BuildOptions;

/** @param entryPoints by the names of their files, without ending; they share chunks */
export async function bundleEntries(
  entryPoints: Record<string, string>,
  outdir: string,
  options: BuildOptions,
): Promise<Metafile> {
  const { metafile } = await build({
    ...FOR_NODE,
    absWorkingDir: ROOT,
    entryPoints,
    outdir: resolve(outdir),
    splitting: true,
    target: 'node22',
    chunkNames: '[name]-[hash]',
    // Native code; only sources that are files need it.
    external: ['@duckdb/node-bindings'],
    plugins: [PRICES_OF_AWS, SMALL_VALIDATOR],
    metafile: true,
    ...options,
  });
  return metafile as Metafile;
}

/** genai-prices without the prices of other providers, which are nine tenths of it. */
const PRICES_OF_AWS: Plugin = {
  name: 'prices-of-aws',
  setup({ onLoad }) {
    onLoad({ filter: /@pydantic\/genai-prices\/dist\/index\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const [, name, list] = /^const (\w+) = (\[\n.*?\n\])[,;]/s.exec(text) ?? [];
      if (name === undefined || list === undefined) throw new Error(`${path} does not begin with its prices any more`);
      const providers = new Function(`return ${list}`)() as { id: string }[];
      const ours = providers.filter(({ id }) => id === 'aws');
      if (ours.length !== 1) throw new Error(`${path} has ${ours.length} providers named aws`);
      return { contents: text.replace(list, () => JSON.stringify(ours)) };
    });
  },
};

/** The SDK's other validator in place of Ajv, which every start would load: it checks what people answer, and no tool of ours asks. */
const SMALL_VALIDATOR: Plugin = {
  name: 'small-validator',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, () => ({ path: 'shims', namespace: 'validator' }));
    onLoad({ filter: /./, namespace: 'validator' }, () => ({
      contents: `
        export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';
        export const { process } = globalThis;`,
      resolveDir: ROOT,
    }));
  },
};

/** What turns charts into PNG is no JavaScript: it lies beside the bundle (src/charts/png.ts). */
export async function copyDrawing(outdir: string): Promise<void> {
  await cp(join(ROOT, 'node_modules/@resvg/resvg-wasm/index_bg.wasm'), join(outdir, 'resvg.wasm'));
}
