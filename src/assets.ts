import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is no code, by where it lies from here: beside a bundle, or in a clone. */
const PLACES = {
  dashboard: ['./dashboard.html', '../dist/dashboard.html'],
  /** Draws SVG as PNG. */
  resvg: ['./resvg.wasm', '../node_modules/@resvg/resvg-wasm/index_bg.wasm'],
  sampleLogs: ['../examples/sample-logs/AWSLogs'],
} as const;

/** @throws Error where it has not been built */
export function pathOfAsset(name: keyof typeof PLACES): string {
  const paths = PLACES[name].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${paths[0]} is missing. In a clone of the repository: npm run build`);
  return found;
}
