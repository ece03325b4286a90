import { expect, it } from 'vitest';
import { callOf, temporaryFolder, writeFiles } from '../../../test/helpers/log-files.ts';
import { compose } from '../../compose.ts';
import { USUAL_SIZES } from '../usual.ts';
import { findWaste } from './waste.ts';

/** Calls a minute apart, of one caller and model. */
const calls = (from: string, minutes: number, errorCode: string | undefined) =>
  Array.from({ length: minutes }, (_, minute) =>
    callOf({ at: new Date(Date.parse(from) + minute * 60_000).toISOString().replace('.000', ''), errorCode }),
  );

async function stormsOf(records: ReturnType<typeof calls>) {
  const source = await temporaryFolder();
  await writeFiles(source, { 'calls.json': records });
  const context = await compose({ source, ledger: false });
  const { findings } = await findWaste({ from: '2026-10-05', to: '2026-10-06', ...USUAL_SIZES }, context);
  await context.close();
  return findings.filter(({ kind }) => kind === 'retry storm').map(({ detail, errors }) => [detail, errors]);
}

const FAILED = 'ThrottlingException';

it('finds a storm that the turn of an hour parts', async () => {
  expect(await stormsOf(calls('2026-10-05T09:45:00Z', 30, FAILED))).toEqual([['2026-10-05T09:45Z', 30]]);
});

it('finds one after half an hour of good calls', async () => {
  const good = calls('2026-10-05T09:00:00Z', 30, undefined);
  expect(await stormsOf([...good, ...calls('2026-10-05T09:35:00Z', 22, FAILED)])).toEqual([['2026-10-05T09:35Z', 22]]);
});

it('tells one that is an hour of the clock as such, and not twice', async () => {
  expect(await stormsOf(calls('2026-10-05T09:05:00Z', 50, FAILED))).toEqual([['2026-10-05T09:00Z', 50]]);
});

it('takes errors among more good calls for none', async () => {
  const good = calls('2026-10-05T09:00:00Z', 59, undefined);
  const more = calls('2026-10-05T10:00:00Z', 59, undefined);
  const failed = calls('2026-10-05T09:45:00Z', 30, FAILED);
  expect(await stormsOf([...good, ...good, ...more, ...more, ...failed])).toEqual([]);
});
