/** StartQuery, GetQueryResults, StopQuery. */
import { GetQueryResultsCommand, StartQueryCommand, StopQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import {
  ACCOUNT,
  GROUP,
  lastResults,
  REGION,
  rowsOf,
  START_MS,
  START_S,
  startInput,
  startTestLogs,
} from './test-client.ts';

const NUMBERS = [...Array(10).keys()].map((n) => ({ n }));

it('goes from Scheduled through Running to Complete', async () => {
  await using test = await startTestLogs(NUMBERS);
  const { queryId } = await test.client.send(new StartQueryCommand(startInput('filter n != 9 | stats count(*) as c')));
  const poll = () => test.client.send(new GetQueryResultsCommand({ queryId }));
  const [scheduled, running, complete] = [await poll(), await poll(), await poll()];
  expect(scheduled).toMatchObject({ status: 'Scheduled', results: [], statistics: { recordsScanned: 0 } });
  expect(running).toMatchObject({ status: 'Running', results: [] });
  expect(complete).toMatchObject({
    status: 'Complete',
    queryLanguage: 'CWLI',
    statistics: { recordsScanned: 10, recordsMatched: 9, bytesScanned: 70, logGroupsScanned: 1, resultCount: 1 },
  });
  expect(rowsOf(complete)).toEqual([{ c: '9' }]);
  expect(complete.encryptionKey).toBeUndefined();
  expect(test.logs.scannedBytes().queries).toBe(70);
});

it('takes whole seconds, both included', async () => {
  await using test = await startTestLogs();
  const at = [-1, 0, 999, 1000, 1001].map((ms) => ({ timestamp: START_MS + ms, message: String(ms) }));
  test.logs.putLogEvents(ACCOUNT, REGION, GROUP, at);
  const rows = await test.rows('display @message', { startTime: START_S, endTime: START_S + 1 });
  expect(rows.map((row) => row['@message'])).toEqual(['1000', '999', '0']);
  expect(await test.rows('display @message', { startTime: START_MS, endTime: START_MS + 1 })).toEqual([]);
});

it('can take endTime for all of its second', async () => {
  await using test = await startTestLogs([], { assumptions: { endTime: 'second' } });
  test.logs.putLogEvents(ACCOUNT, REGION, GROUP, [{ timestamp: START_MS + 1999, message: 'late' }]);
  expect(await test.rows('display @message', { endTime: START_S + 1 })).toHaveLength(1);
});

it('returns 10,000 rows by default, up to 100,000 in pages of 10,000', async () => {
  await using test = await startTestLogs(
    [...Array(10_050).keys()].map((n) => `${n}`),
    { queries: { scheduledPolls: 0, runningPolls: 0 } },
  );
  expect((await test.run('fields @message')).results).toHaveLength(10_000);
  const first = await test.run('fields @message | limit 100000');
  const statistics = { resultCount: 10_050 };
  expect(first).toMatchObject({ nextToken: expect.any(String), statistics });
  const { queryId } = await test.client.send(new StartQueryCommand(startInput('fields @message', { limit: 10_040 })));
  const page = await test.client.send(new GetQueryResultsCommand({ queryId }));
  const { nextToken } = page;
  const rest = await test.client.send(new GetQueryResultsCommand({ queryId, nextToken }));
  expect([page.results?.length, rest.results?.length, rest.nextToken]).toEqual([10_000, 40, undefined]);
});

it('takes the smaller limit of the command and the parameter', async () => {
  await using test = await startTestLogs(NUMBERS);
  expect(await test.rows('fields n | limit 3', { limit: 5 })).toHaveLength(3);
  expect(await test.rows('fields n | limit 5', { limit: 3 })).toHaveLength(3);
});

it('stops a query, and says so again; not one that has ended', async () => {
  await using test = await startTestLogs(NUMBERS);
  const { queryId } = await test.client.send(new StartQueryCommand(startInput('fields n')));
  const stop = () => test.client.send(new StopQueryCommand({ queryId }));
  expect((await stop()).success).toBe(true);
  expect((await lastResults(test.client, queryId)).status).toBe('Cancelled');
  expect((await stop()).success).toBe(true);
  const ended = await test.client.send(new StartQueryCommand(startInput('fields n')));
  await lastResults(test.client, ended.queryId);
  await expect(test.client.send(new StopQueryCommand({ queryId: ended.queryId }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringMatching(/^Query is already ended with Complete \(Service: AWSLogs; Status Code: 400;/),
  });
});

it('queries up to 50 groups, by name or ARN', async () => {
  await using test = await startTestLogs();
  const names = [...Array(51).keys()].map((index) => `/many/${index}`);
  for (const name of names) test.logs.putLogEvents(ACCOUNT, REGION, name, [{ timestamp: START_MS, message: name }]);
  const arn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/many/7`;
  const count = 'stats count(*) as n';
  expect(await test.rows(count, { logGroupNames: names.slice(0, 50) })).toEqual([{ n: '50' }]);
  await expect(test.run(count, { logGroupNames: names })).rejects.toThrow('less than or equal to 50');
  expect(await test.rows('display @log', { logGroupIdentifiers: [arn] })).toEqual([{ '@log': `${ACCOUNT}:/many/7` }]);
});

it.each([
  [{ endTime: START_S - 1 }, 'InvalidParameterException'],
  [{ limit: 100_001 }, 'InvalidParameterException'],
  [{ logGroupNames: [GROUP], logGroupName: GROUP }, 'InvalidParameterException'],
  [{ logGroupIdentifiers: [`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}:*`] }, 'InvalidParameterException'],
  [{ logGroupNames: ['/nowhere'] }, 'ResourceNotFoundException'],
  [{ queryString: `fields a # ${'x'.repeat(10_000)}` }, 'InvalidParameterException'],
  [{ queryLanguage: 'SQL' }, 'NotImplementedByDouble'],
  [{ startTime: 1, endTime: 2 }, 'MalformedQueryException'],
  [
    { logGroupNames: undefined, logGroupIdentifiers: [`arn:aws:logs:${REGION}:999988887777:log-group:/a`] },
    'AccessDeniedException',
  ],
] as const)('refuses %o', async (input, name) => {
  await using test = await startTestLogs();
  await expect(test.run('fields a', input as object)).rejects.toMatchObject({ name });
});
