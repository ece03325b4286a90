import { FilterLogEventsCommand, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { ACCOUNT, collect, GROUP, REGION, START_MS, startTestLogs } from './test-client.ts';

/** The example of the documentation, and one that is not JSON. */
const TRAIL = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  user: { id: 1, email: 'John.Stiles@example.com' },
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [[0, 1, 2]],
  ratio: 0.001,
  done: false,
  'odd-name': 'x',
};

it.each([
  ['', true],
  ['{ $.eventType = "UpdateTrail" }', true],
  ['{ $.eventType = UpdateTrail }', true],
  ['{ $.eventType = "Update*" }', true],
  ['{ $.eventType = %Update(Trail|Bus)% }', true],
  ['{ $.eventType != "UpdateTrail" }', false],
  ['{ $.sourceIPAddress != 123.123.* }', true],
  ['{ $.arrayKey[0] = "value" }', true],
  ['{ $.arrayKey[*] = "another value" }', true],
  ['{ $.arrayKey = "value" }', false],
  ['{ $.objectList[1].id = 2 }', true],
  ['{ $.objectList[1].id > 2 }', false],
  ['{ $.ratio = 1e-3 }', true],
  ['{ $.SomeObject IS NULL }', true],
  ['{ $.done IS FALSE }', true],
  ['{ $.done IS TRUE }', false],
  ['{ $.SomeOtherObject NOT EXISTS }', true],
  ['{ $.eventType NOT EXISTS }', false],
  ['{ $.absent != "x" }', false],
  ['{ $.odd-name = "x" }', true],
  ['{ $.[\'odd-name\'] = "x" }', true],
  ['{ ($.user.id = 1) && ($.objectList[0].name = "a") }', true],
  [
    '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
    true,
  ],
  [
    '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }',
    false,
  ],
  ['UpdateTrail', true],
  ['UpdateTrail -DELETE', false],
  ['?nonsense ?DELETE', true],
  ['"another value"', true],
  ['updatetrail', false],
  ['%[0-9]{3}\\.111%', true],
])('matches %s: %s', async (filterPattern, matches) => {
  await using test = await startTestLogs([TRAIL]);
  const { events } = await test.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }));
  expect(events).toHaveLength(Number(matches));
});

it.each(['{ $.a ~ 1 }', '{ $.a = 1', '{ a = 1 }', '{ $.a > x }'])('refuses %s', async (filterPattern) => {
  await using test = await startTestLogs([TRAIL]);
  const sent = test.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }));
  await expect(sent).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

it('JSON patterns do not match other events', async () => {
  await using test = await startTestLogs(['plain text']);
  const filterPattern = '{ $.a NOT EXISTS }';
  const { events } = await test.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }));
  expect(events).toEqual([]);
});

it('takes both ends of the range, in milliseconds, and interleaves streams by time', async () => {
  await using test = await startTestLogs();
  const put = (ms: number, logStreamName: string) =>
    test.logs.putLogEvents(ACCOUNT, REGION, GROUP, [
      { timestamp: START_MS + ms, message: String(ms), ingestionTime: START_MS + 9, logStreamName },
    ]);
  put(0, 'a');
  put(2, 'a');
  put(1, 'b');
  put(3, 'a');
  const filter = async (input: object) => {
    const output = await test.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, ...input }));
    return output.events?.map(({ message }) => message);
  };
  const range = { startTime: START_MS, endTime: START_MS + 2 };
  expect(await filter(range)).toEqual(['0', '1', '2']);
  expect(await filter({ ...range, startFromHead: false })).toEqual(['2', '1', '0']);
  expect(await filter({ logStreamNames: ['a'] })).toEqual(['0', '2', '3']);
  expect(await filter({ logStreamNamePrefix: 'b' })).toEqual(['1']);
  expect(await filter({ limit: 1 })).toEqual(['0']);
  await expect(filter({ logStreamNames: ['a'], logStreamNamePrefix: 'a' })).rejects.toThrow('mutually exclusive');
  const { events, searchedLogStreams } = await test.client.send(
    new FilterLogEventsCommand({ logGroupIdentifier: GROUP, limit: 1 }),
  );
  expect(searchedLogStreams).toEqual([]);
  expect(events).toEqual([
    {
      logStreamName: 'a',
      timestamp: START_MS,
      message: '0',
      ingestionTime: START_MS + 9,
      eventId: expect.stringMatching(/^\d{56}$/),
    },
  ]);
});

it('answers pages of 1 MB or 10,000 events', async () => {
  const pagesOf = async (messages: string[]) => {
    await using test = await startTestLogs(messages);
    const pages = await collect(paginateFilterLogEvents({ client: test.client }, { logGroupName: GROUP }));
    return pages.map(({ events }) => events?.length);
  };
  expect(await pagesOf([...Array(15_000).keys()].map(String))).toEqual([10_000, 5000]);
  expect(await pagesOf([...Array(5).keys()].map(() => 'x'.repeat(400_000)))).toEqual([2, 2, 1]);
});

it('answers empty pages while it has not looked at everything', async () => {
  const messages = [...Array(100).keys()].map((n) => (n === 95 ? 'needle' : 'hay'));
  await using test = await startTestLogs(messages, { filterPaging: { scannedBytes: 120 } });
  const input = { logGroupName: GROUP, filterPattern: 'needle' };
  const pages = await collect(paginateFilterLogEvents({ client: test.client }, input));
  expect(pages.map(({ events }) => events?.length)).toEqual([0, 0, 1]);
  expect(test.logs.scannedBytes().filterLogEvents).toBe(303);
});
