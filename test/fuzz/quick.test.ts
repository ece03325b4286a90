import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAttributeIds, type NameOf } from '../../src/engines/files/attribute-sets.ts';
import type { Label } from '../../src/engines/files/labels.ts';
import type { RecordRows } from '../../src/engines/files/record-rows.ts';
import { createRecords } from '../../src/engines/files/records.ts';
import { ANY_FIELD, type Keep, OR_TEXT } from '../../src/logs/json-fields.ts';
import { RECORD_FIELDS, readRecord } from '../../src/logs/record.ts';
import { PATIENCE_MS, settings, Verbatim, writing } from './cases.ts';
import { logRecord } from './log-records.ts';

/** What may stand where the record's reader looks for something, and mostly does not. */
const odd = () =>
  fc.oneof(
    fc.nat(200_000),
    fc.constantFrom(null, true, '', '12', '1h', '5m', 'priority', [], {}, [[]], [null], 'a\\b', 'x"y', 'é', '\u2028'),
    fc
      .constantFrom(
        '-1',
        '-0',
        '0.0',
        '12.0',
        '1e3',
        '1.5',
        '007',
        '1000000000',
        '1000000001',
        '99999999999',
        '+1',
        '1.',
      )
      .map((text) => new Verbatim(text)),
    fc.string({ maxLength: 80 }),
  );

const usual = () => fc.oneof({ weight: 8, arbitrary: fc.nat(2_000) }, { weight: 1, arbitrary: odd() });

const some = <Value>(share: number, value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: share, arbitrary: value }, { weight: 100 - share, arbitrary: fc.constant(undefined) });

/** Whatever the reader keeps, each field with what it may hold or something else: alone, or as elements of a list. */
function anyOf(keep: Keep): fc.Arbitrary<unknown> {
  if (keep === true) return usual();
  const names = Object.keys(keep).filter((name) => name !== OR_TEXT && name !== ANY_FIELD);
  const fields = fc.record({
    ...Object.fromEntries(
      names.map((name) => [
        name,
        some(names.length > 8 ? 25 : 50, anyOf((keep as Record<string, Keep>)[name] as Keep)),
      ]),
    ),
    ...(Object.hasOwn(keep, ANY_FIELD) && { team: some(50, label()), trace: some(50, label()) }),
    text: some(10, odd()),
  });
  return fc.oneof(
    { weight: 12, arbitrary: fields },
    { weight: 3, arbitrary: fc.array(fields, { maxLength: 3 }) },
    { weight: 1, arbitrary: odd() },
  );
}

const label = () => fc.oneof({ weight: 8, arbitrary: fc.constantFrom('maps', 'search', 'é', 'a b') }, odd());

const ARN = 'arn:aws:sts::111122223333:assumed-role';

/** As Bedrock writes records, and with anything else in their places. */
const record = () =>
  fc.oneof(
    logRecord(),
    fc
      .tuple(
        anyOf(RECORD_FIELDS),
        fc.record({
          schemaType: fc.constant('ModelInvocationLog'),
          timestamp: fc.constantFrom(
            '2026-10-06T07:55:07Z',
            '2026-10-06T07:55:07.120Z',
            '2026-02-30T07:55:07Z',
            '1969-01-01T00:00:00Z',
          ),
          requestId: fc.oneof(fc.uuid(), fc.constantFrom('', 'r-1', 'ABCDEF00-1111-2222-3333-444455556666')),
          modelId: fc.constantFrom('amazon.nova-lite-v1:0', 'anthropic.claude-sonnet-4-6'),
          identity: fc.constantFrom(
            undefined,
            { arn: `${ARN}/app/s-1` },
            { arn: `${ARN}/app/s-2` },
            { arn: `${ARN}/app` },
            {},
          ),
        }),
        fc.constantFrom(100, 100, 95),
      )
      .map(([fields, head]) => (typeof fields === 'object' && !Array.isArray(fields) ? { ...fields, ...head } : head)),
  );

/** A field a second time, a name with a dot, a line that came from Windows. */
const twist = () =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant((line: string) => line) },
    fc.constant((line: string) => `${line}\r`),
    fc.constant((line: string) => line.replace('{', '{"requestId":"first",')),
    fc.constant((line: string) => line.replace('{', '{"input.inputTokenCount":5,')),
    fc.constant((line: string) => line.replace(/"usage":\{/, '"usage":{"inputTokens":7,"inputTokens":8,')),
    fc.constant((line: string) => line.replace(/"requestMetadata":\{/, '"requestMetadata":{"team":"x","team":"y",')),
    fc.constant((line: string) =>
      line.replace(/"(\w)(\w*)":/, (_, first, rest) => `"\\u00${first.charCodeAt(0).toString(16)}${rest}":`),
    ),
    fc.constant((line: string) => line.slice(0, -1)),
    fc.constant((line: string) => `${line} x`),
  );

const SECRET = Buffer.alloc(16, 7);
const nameOf: NameOf = (key) => createHash('sha256').update(key).digest().readBigInt64BE();

/** Rows as values, with what each set stands for. */
function recorder(scattered: readonly Label[]) {
  const found: unknown[] = [];
  const sets = new Map<bigint, unknown>();
  const rows: RecordRows = {
    add(file, low, high, key, requestId, at, counts, latencyMs, firstByteMs, own) {
      const id = (BigInt(high) << 32n) | BigInt.asUintN(32, BigInt(low));
      found.push({
        file,
        set: sets.get(id),
        key: [...key],
        requestId,
        at,
        counts: [...counts],
        latencyMs,
        firstByteMs,
        own,
      });
    },
    flush() {},
    close() {},
  };
  const before = { records: 0, values: new Map(), scattered: new Set(scattered) };
  const ids = createAttributeIds(nameOf, ({ id, key, attributes }) => sets.set(id, { key, attributes }), before);
  return { found, records: createRecords(ids, rows, SECRET) };
}

it('reads each record from its bytes as it reads it whole, or leaves it', { timeout: PATIENCE_MS }, () => {
  let quick = 0;
  let all = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(record(), writing(), twist()), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
      fc.constantFrom<readonly Label[]>(
        [],
        ['metadata.trace'],
        ['caller'],
        ['caller', 'metadata.team', 'metadata.trace'],
      ),
      (records, order, scattered) => {
        const lines = records.map(([fields, write, turn]) => turn(write(fields)));
        const inBytes = recorder(scattered);
        const whole = recorder(scattered);
        // What was met is recognised the next time.
        for (const place of order) {
          const line = lines[place % lines.length] as string;
          const bytes = Buffer.from(`before\n${line}\nafter`);
          const end = bytes.length - '\nafter'.length;
          all++;
          if (!inBytes.records.take(1, bytes, 'before\n'.length, end)) continue;
          quick++;
          const reading = readRecord(bytes.subarray('before\n'.length, end));
          if ('reject' in reading) expect.fail(`It was read, but is ${reading.reject}: ${line}`);
          whole.records.add(1, reading.invocation);
          expect(inBytes.found.at(-1), line).toEqual(whole.found.at(-1));
        }
      },
    ),
    settings(0.1),
  );
  // Else nothing was compared.
  expect(quick).toBeGreaterThan(all / 10);
});
