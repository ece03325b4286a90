/**
 * The function in its container image. Node takes the code that was compiled when the image was built, instead of compiling it
 * at every start. It looks for such code in a folder that it names after the user, the processor and V8's flags, none of which
 * is known when an image is built; so that folder is made a link to the image's. V8 checks what it finds against its version, its
 * flags and the source, and compiles what does not fit.
 */
import { mkdtempSync, readdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

function useCompiledCode(): void {
  // V8 compares this flag, with which AWS's runtimes start Node, and none of the others they give.
  const compiled = new URL(`compile-cache/${'gc' in globalThis ? 'expose-gc' : 'default'}`, import.meta.url);
  const cache = mkdtempSync(join(tmpdir(), 'compile-cache-'));
  enableCompileCache(cache);
  for (const folder of readdirSync(cache)) {
    rmdirSync(join(cache, folder));
    symlinkSync(fileURLToPath(compiled), join(cache, folder));
  }
}

try {
  useCompiledCode();
} catch (error) {
  console.warn(`The code is compiled at each start: ${(error as Error).message}`);
}
export const { handler } = await import('../src/entry/lambda.ts');
