import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest, in a folder or above. */
export function nodeModulesOf(folder: string): string | undefined {
  const here = join(folder, 'node_modules');
  if (existsSync(here)) return here;
  const above = dirname(folder);
  return above === folder ? undefined : nodeModulesOf(above);
}
