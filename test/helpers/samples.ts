import fc from 'fast-check';

/**
 * Checks random values all together, where each alone would take a source of its own. Every run has other values; the message of what
 * fails names the seed, which `settings` takes for having the same again.
 */
export async function fromSamples<T>(
  arbitrary: fc.Arbitrary<T>,
  settings: { numRuns: number; seed?: number },
  check: (samples: T[]) => Promise<void>,
): Promise<void> {
  const { seed = Math.floor(Math.random() * 2 ** 31) } = settings;
  try {
    await check(fc.sample(arbitrary, { ...settings, seed }));
  } catch (error) {
    if (error instanceof Error) error.message += `\n\nThe samples are those of { seed: ${seed} }.`;
    throw error;
  }
}
