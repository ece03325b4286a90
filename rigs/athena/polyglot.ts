/** The third party's translator. */
import { setFlagsFromString } from 'node:v8';

// It is 22 MB of WebAssembly, of which a test runs little: compiling it a second time, thoroughly, takes 2 s of CPU in each process.
for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
export const { parse, transpile } = await import('@polyglot-sql/sdk');
