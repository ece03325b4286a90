/**
 * Makes the dashboard one HTML file, which loads nothing and whose content security policy lets run only what is in it.
 * `npm run build` has it in dist.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import { ROOT } from './bundle.ts';

const PAGE = join(ROOT, 'src/mcp/app/page');

/** Browsers of the last two years: CSS `light-dark()` is the newest thing in it (https://caniuse.com/mdn-css_types_color_light-dark). */
const TARGET = ['chrome123', 'firefox120', 'safari17.5'];

/** Zod's messages in fifty languages would be a quarter of the page. */
const ENGLISH_ONLY: Plugin = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({ contents: '' }));
  },
};

/** @returns what went into it */
export async function bundleDashboard(file: string): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(PAGE, 'main.tsx')],
    tsconfig: join(PAGE, 'tsconfig.json'),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: TARGET,
    minify: true,
    // Their texts are in the notices.
    legalComments: 'none',
    plugins: [ENGLISH_ONLY],
    metafile: true,
  });
  const script = outputFiles[0]?.text.trim() ?? '';
  const { code } = await transform(await readFile(join(PAGE, 'style.css'), 'utf8'), {
    loader: 'css',
    minify: true,
    target: TARGET,
  });
  const style = code.trim();
  const parts: Record<string, string> = { POLICY: policyOf(script, style), SCRIPT: script, STYLE: style };
  const template = await readFile(join(PAGE, 'index.html'), 'utf8');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    file,
    template.replace(/\/\*([A-Z]+)\*\//g, (_, name: string) => parts[name] as string),
  );
  return metafile;
}

function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    // The server that the page came from; in a host, where its origin is nothing, nobody.
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
