import { FilterLogEventsCommand, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { ACCOUNT, collect, GROUP, REGION, START_MS, startTestLogs } from './test-client.ts';

it.each([
  ['', 1],
  ['"another value"', 1],
  ['"Another value"', 0],
])('matches %s: %i', async (filterPattern, matches) => {
  await using test = await startTestLogs(['has another value']);
  const { events } = await test.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }));
  expect(events).toHaveLength(matches);
});

it.each(['{ $.a = 1 }', 'word', '"two" "phrases"', '-"not"', '[a, b]', '%regex%'])(
  'says that it does not have the pattern %s',
  async (filterPattern) => {
    await using test = await startTestLogs();
    const sent = test.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }));
    await expect(sent).rejects.toMatchObject({ name: 'NotImplementedByDouble' });
  },
);

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
  expect(await filter({ limit: 1 })).toEqual(['0']);
  await expect(filter({ logStreamNames: ['a'] })).rejects.toMatchObject({ name: 'NotImplementedByDouble' });
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
  const hay = 'x'.repeat(1024 * 1024);
  await using test = await startTestLogs([...Array(25)].map((_, index) => (index === 22 ? 'needle' : hay)));
  const input = { logGroupName: GROUP, filterPattern: '"needle"' };
  const pages = await collect(paginateFilterLogEvents({ client: test.client }, input));
  expect(pages.map(({ events }) => events?.length)).toEqual([0, 0, 1]);
});
