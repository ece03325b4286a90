import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Package {
  name: string;
  version: string;
  license?: string;
}

const LICENSE_FILE = /^(licen[cs]e|notice|copying)([.-].*)?$/i;

/** The packages whose code is in a bundle, with their licences, each text once: most of these want to go where the code goes. */
export function noticesOf({ inputs }: Pick<Metafile, 'inputs'>, root: string): string {
  const folders = new Set(
    Object.keys(inputs).flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  const packagesByText = Map.groupBy(
    [...folders]
      .sort()
      .map((folder) => ({ title: titleOf(join(root, folder)), text: licenceTexts(join(root, folder)) })),
    ({ text }) => text,
  );
  const notices = [...packagesByText].map(([text, packages]) =>
    [packages.map(({ title }) => title).join('\n'), ...(text ? [text] : [])].join('\n\n'),
  );
  return `${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function titleOf(folder: string): string {
  const {
    name,
    version,
    license = 'no licence named',
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
  return `${name} ${version} (${license})`;
}

function licenceTexts(folder: string): string {
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
}
