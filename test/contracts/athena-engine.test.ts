import { afterAll, beforeAll } from 'vitest';
import { type AthenaOverS3, foldersOf, startAthenaOverS3 } from '../helpers/athena.ts';
import { recordOf } from '../helpers/log-files.ts';
import { testEngine } from './engine.ts';

let rig: AthenaOverS3;
let buckets = 0;

beforeAll(async () => {
  rig = await startAthenaOverS3();
}, 60_000);
afterAll(() => rig.close());

testEngine(
  'Athena',
  async (deliveries) => {
    const bucket = `logs-${buckets++}`;
    const lines = deliveries.flat().map((line) => (typeof line === 'string' ? line : JSON.stringify(recordOf(line))));
    await rig.bucket(bucket, foldersOf(lines));
    return rig.engine(`athena:s3://${bucket}?create=yes&region=us-east-1`);
  },
  {
    malformed: false,
    differingRepeats: true,
    missingRequestIds: true,
    distantRepeats: false,
    moments: false,
    unaskedMetadata: true,
  },
);
