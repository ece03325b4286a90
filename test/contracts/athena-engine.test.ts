import { afterAll, beforeAll } from 'vitest';
import { type AthenaOverS3, startAthenaOverS3 } from '../helpers/athena.ts';
import { athenaOver } from '../helpers/engines.ts';
import { lineOf } from '../helpers/log-files.ts';
import { testEngine } from './engine.ts';

let rig: AthenaOverS3;

beforeAll(async () => {
  rig = await startAthenaOverS3();
}, 60_000);
afterAll(() => rig.close());

testEngine('Athena', (deliveries) => athenaOver(rig)(deliveries.flat().map(lineOf)), {
  malformed: false,
  differingRepeats: true,
  missingRequestIds: true,
  distantRepeats: false,
  moments: false,
  unaskedMetadata: true,
});
