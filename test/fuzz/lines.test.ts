import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRecord } from '../../src/logs/record.ts';
import { PATIENCE_MS, settings, writing } from './cases.ts';
import { logRecord } from './log-records.ts';
import { ours } from './ours.ts';
import { referenceReading } from './reference-reader.ts';

it('reads each line as the reference does, whatever callers put into it and however it is written', {
  timeout: PATIENCE_MS,
}, () => {
  fc.assert(
    fc.property(logRecord(), writing(), (record, write) => {
      const line = write(record);
      expect(ours(readRecord(Buffer.from(line)))).toEqual(referenceReading(line));
    }),
    settings(0.4),
  );
});

const damage = () =>
  fc.oneof(
    fc.tuple(fc.constant('cut'), fc.double({ min: 0, max: 1, noNaN: true }), fc.constant('')),
    fc.tuple(
      fc.constantFrom('put', 'replace'),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.constantFrom(...'"\\{}[]:,0-.e \n\u0000x', '""', '{}', '\uFFFD'),
    ),
  );

it('reads a damaged line as the reference does where it is JSON still, and makes no harm of one that is not', {
  timeout: PATIENCE_MS,
}, () => {
  fc.assert(
    fc.property(
      logRecord(),
      writing(),
      fc.array(damage(), { minLength: 1, maxLength: 3 }),
      (record, write, damages) => {
        let line = write(record);
        for (const [kind, share, what] of damages) {
          const place = Math.floor(share * line.length);
          line = line.slice(0, place) + (kind === 'cut' ? '' : what + line.slice(kind === 'put' ? place : place + 1));
        }
        const bytes = Buffer.from(line);
        const reading = ours(readRecord(bytes));
        const expected = referenceReading(bytes.toString());
        // What is stepped over (prompts, unknown fields) is not read, so it is not found to be broken.
        if ('reject' in expected && expected.reject === 'not JSON') expect(reading).toBeDefined();
        else expect(reading).toEqual(expected);
      },
    ),
    settings(0.3),
  );
});
