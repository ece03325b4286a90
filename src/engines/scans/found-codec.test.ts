import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTEXT_BANDS } from '../../domain/usage.ts';
import { attributesFrom } from '../../logs/attributes.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import { bytesFromFound, foundFromBytes, type KeptFound } from './found-codec.ts';

const FROM = 1_000_000;
const TO = 2_000_000;

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const perhaps = fc.option(text, { nil: undefined });

const group: fc.Arbitrary<InvocationGroup> = fc
  .record({
    logged: fc.record({
      accountId: text,
      region: text,
      inferenceRegion: perhaps,
      operation: text,
      modelId: fc.oneof(text, fc.constant('us.anthropic.claude-sonnet-4-6')),
      identityArn: fc.oneof(perhaps, fc.constant('arn:aws:sts::111122223333:assumed-role/app/jane@example.com')),
      tier: perhaps,
      errorCode: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      blocked: fc.boolean(),
      stopReason: perhaps,
      metadata: fc.dictionary(fc.oneof(text, fc.constant('__proto__')), text, { maxKeys: 3 }),
    }),
    at: fc.integer({ min: FROM, max: TO - 1 }),
    contextBand: fc.constantFrom(0, ...CONTEXT_BANDS),
    counts: fc.record({
      ...{ invocations: count, errors: count, cacheWriteUnknown: count, input: count, output: count, cacheRead: count },
      ...{ cacheWrite5m: fc.maxSafeInteger(), cacheWrite1h: count },
    }),
    shape: fc.nat({ max: 127 }),
    records: count,
    times: fc.tuple(count, count),
    unfit: fc.boolean(),
  })
  .map(({ logged, times, unfit, ...rest }) => ({
    ...rest,
    modelId: logged.modelId,
    attributes: attributesFrom(logged),
    ...{ first: Math.min(...times), last: Math.max(...times) },
    ...(unfit ? { unfit } : {}),
  }));

const found = (groups: readonly InvocationGroup[] = []): KeptFound => ({
  ...{ key: 'KEY', from: FROM, to: TO, since: 7, lookedAt: 3, malformed: { 'not JSON': 2 } },
  groups,
});

const WHOLE = found(fc.sample(group, { numRuns: 20, seed: 1 }));

/** A row whose lines were changed by who can write to the table. */
async function changed(change: (lines: string[]) => string[]): Promise<Uint8Array> {
  const lines = gunzipSync(await packed(WHOLE))
    .toString()
    .split('\n');
  return gzipSync(change(lines).join('\n'));
}

async function packed(kept: KeptFound): Promise<Uint8Array> {
  const bytes = await bytesFromFound(kept, {});
  if (!bytes) throw new Error('too large');
  return bytes;
}

const replaced = (line: number, place: number, value: unknown) => (lines: string[]) =>
  lines.with(line, JSON.stringify((JSON.parse(lines.at(line) as string) as unknown[]).with(place, value)));

describe('what scans found, as it is kept', () => {
  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(group, { maxLength: 20 }), async (groups) => {
        const bytes = await packed(found(groups));
        expect(await foundFromBytes(bytes, 'KEY', {})).toEqual(found(groups));
      }),
    );
  });

  it('has each set of attributes once', async () => {
    const [one] = WHOLE.groups as [InvocationGroup];
    const text = gunzipSync(await packed(found([one, one, { ...one, at: one.at + 1 }]))).toString();
    expect(text.split('\n')).toHaveLength(1 + 1 + 3);
  });

  it('is nothing under another key', async () => {
    expect(await foundFromBytes(await packed(WHOLE), 'ANOTHER', {})).toBeUndefined();
  });

  it('is nothing when a byte of it is another one, or when it is cut', async () => {
    const bytes = await packed(WHOLE);
    // The head of gzip names a time and a system, which mean nothing.
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const other = Uint8Array.from(bytes).with(at, (bytes[at] as number) ^ by);
          expect(await foundFromBytes(other, 'KEY', {})).toBeUndefined();
          expect(await foundFromBytes(bytes.subarray(0, at), 'KEY', {})).toBeUndefined();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is nothing when it is anything', async () => {
    const lines = fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          lines.map((all) => gzipSync(all.join('\n'))),
          fc.uint8Array(),
        ),
        async (bytes) => {
          expect(await foundFromBytes(bytes, 'KEY', {})).toBeUndefined();
        },
      ),
    );
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ['another layout', replaced(0, 0, '[0]')],
    ['no time', replaced(0, 2, 'then')],
    ['a line too many', (lines) => [...lines, '']],
    ['a line too few', (lines) => lines.slice(0, -1)],
    ['a count of lines that is none', replaced(0, 8, { 'not JSON': -1 })],
    ['something after the head', (lines) => lines.with(0, lines[0]?.replace(/\]$/, ',1]') as string)],
    ['no model', replaced(1, 0, null)],
    ['a caller that is no text', replaced(1, 5, { toString: 'x' })],
    ['metadata that are no texts', replaced(1, 10, { team: 1 })],
    ['a list for metadata', replaced(1, 10, [])],
    ['attributes that are not there', replaced(-1, 0, 99)],
    ['the attributes of an object', replaced(-1, 0, '__proto__')],
    ['a time outside the period', replaced(-1, 1, TO)],
    ['a size that no price depends on', replaced(-1, 2, 5)],
    ['a shape of no request', replaced(-1, 3, 2 ** 33)],
    ['what could not be read', replaced(-1, 3, 256)],
    ['an end before the beginning', replaced(-1, 6, -1)],
    ['half a request', replaced(-1, 8, 0.5)],
    ['a count that no number holds', replaced(-1, 9, 2 ** 53)],
    ['a count as text', replaced(-1, 11, '1')],
    ['a count too few', (lines) => lines.with(-1, lines.at(-1)?.replace(/,\d+\]$/, ']') as string)],
  ])('is nothing with %s', async (_, change) => {
    expect(await foundFromBytes(await changed((lines) => lines), 'KEY', {})).toEqual(WHOLE);
    expect(await foundFromBytes(await changed(change), 'KEY', {})).toBeUndefined();
  });

  it('is not packed when it is more than would be read again', async () => {
    const [one] = WHOLE.groups as [InvocationGroup];
    const metadata = (number: number) => ({ team: `${number}${'é'.repeat(100_000)}` });
    const large = (count: number) =>
      Array.from({ length: count }, (_, number) => ({
        ...one,
        attributes: { ...one.attributes, metadata: metadata(number) },
      }));
    expect((await foundFromBytes(await packed(found(large(80))), 'KEY', {}))?.groups).toHaveLength(80);
    expect(await bytesFromFound(found(large(100)), {})).toBeUndefined();
  });

  it('fills no memory when it was packed to do so', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await foundFromBytes(bomb, 'KEY', {})).toBeUndefined();
  });
});
