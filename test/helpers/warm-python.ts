import { offerWarmPython } from '../../rigs/python/index.ts';

/** One Python for all test files: vitest's globalSetup. */
export default async function setup(): Promise<() => void> {
  return (await offerWarmPython()).close;
}
