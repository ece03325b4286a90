import { expect, it } from 'vitest';
import { modelOf } from './model.ts';

const logs = modelOf('logs');
const QUERY = { startTime: 1, endTime: 2, queryString: 'fields a' };
const FILTER = { Dimensions: { Key: 'SERVICE', Values: ['a'] } };
const COSTS = {
  TimePeriod: { Start: '2026-10-01', End: '2026-11-01' },
  Granularity: 'DAILY',
  Metrics: ['UsageQuantity'],
};

it.each<[string, string, object]>([
  ['logs', 'StartQuery', { ...QUERY, logGroupNames: ['a'], limit: undefined }],
  ['athena', 'GetQueryResults', { QueryExecutionId: 'a' }],
  ['ce', 'GetCostAndUsage', { ...COSTS, Filter: { And: [FILTER, { Not: FILTER }] } }],
  ['monitoring', 'ListMetrics', {}],
  ['dynamodb', 'GetItem', { TableName: 't', Key: { pk: { S: 'a' } } }],
  ['sts', 'GetCallerIdentity', {}],
])('%s: %s is asked as the model has it', (service, operation, input) => {
  expect(modelOf(service).inRequest(operation, input)).toBeUndefined();
});

it.each<[string, string, unknown, string]>([
  ['logs', 'StartQuery', { ...QUERY, logGroup: 'a' }, 'StartQueryRequest has no logGroup'],
  ['logs', 'StartQuery', { ...QUERY, startTime: '1' }, 'startTime is "1", not a number'],
  ['logs', 'StartQuery', { startTime: 1, endTime: 2 }, 'StartQueryRequest must have queryString'],
  ['logs', 'StartQuery', { ...QUERY, logGroupNames: 'a' }, 'logGroupNames is "a", not a list'],
  ['logs', 'StartQuery', { ...QUERY, logGroupNames: ['a', 1] }, 'logGroupNames[1] is 1, not a string'],
  ['logs', 'StartQuery', { ...QUERY, queryLanguage: 'C' }, 'queryLanguage is C, not one of CWLI, PPL, SQL'],
  ['logs', 'StartQuery', { ...QUERY, limit: null }, 'limit is null, not a number'],
  ['logs', 'StartQuery', [], 'it is [], not a structure'],
  ['ce', 'GetCostAndUsage', { ...COSTS, TimePeriod: { Start: '2026-10-01' } }, 'DateInterval must have End'],
  ['ce', 'GetCostAndUsage', { ...COSTS, Filter: { And: [{ Not: { Key: 1 } }] } }, 'Expression has no Key'],
  [
    'ce',
    'GetCostAndUsage',
    { ...COSTS, Filter: { Dimensions: { Key: 'A' } } },
    'Filter.Dimensions.Key is A, not one of',
  ],
  [
    'dynamodb',
    'GetItem',
    { TableName: 't', Key: { pk: { S: 'a', N: '1' } } },
    'AttributeValue must have exactly one member',
  ],
])('%s: %s is not asked with %j', (service, operation, input, mistake) => {
  expect(modelOf(service).inRequest(operation, input)).toContain(
    `The request of ${operation} does not fit @aws-sdk/client-`,
  );
  expect(modelOf(service).inRequest(operation, input)).toContain(mistake);
});

it('knows no other operations', () => {
  expect(logs.inRequest('StartQuestion', {})).toBe('@aws-sdk/client-cloudwatch-logs has no operation StartQuestion');
  expect(logs.inRequest('toString', {})).toContain('no operation');
});

it.each<[unknown, string | undefined]>([
  [{ results: [[{ field: 'a', value: '1' }], []], status: 'Complete', statistics: { recordsMatched: 1 } }, undefined],
  [{ status: 'Done' }, 'status is Done, not one of Cancelled, Complete, Failed, Running'],
  [{ results: [[{ field: 'a', value: 1 }]] }, 'results[0][0].value is 1, not a string'],
  [{ statistics: { rows: 1 } }, 'QueryStatistics has no rows'],
  [undefined, 'it is undefined, not a structure'],
])('GetQueryResults answers %j: %s', (output, mistake) => {
  const found = logs.inAnswer('GetQueryResults', output);
  expect(found).toEqual(mistake && expect.stringContaining(mistake));
});

it.each<[string, number, object, string | undefined]>([
  [
    'MalformedQueryException',
    400,
    { queryCompileError: { message: 'a', location: { startCharOffset: 1 } } },
    undefined,
  ],
  ['MalformedQueryException', 400, { queryCompileError: { message: 1 } }, 'queryCompileError.message is 1'],
  ['MalformedQueryException', 500, {}, 'MalformedQueryException is an error of the client, not 500'],
  ['ServiceUnavailableException', 503, { more: 1 }, undefined],
  ['ThrottlingException', 400, {}, undefined],
  ['DataAlreadyAcceptedException', 400, {}, 'StartQuery does not answer DataAlreadyAcceptedException'],
  ['Odd', 400, {}, 'names InvalidParameterException, LimitExceededException'],
])('StartQuery answers the error %s with %i and %j: %s', (type, status, details, mistake) => {
  expect(logs.inError('StartQuery', { type, status, details })).toEqual(mistake && expect.stringContaining(mistake));
});

it('reads what is asked by path and query', () => {
  const bedrock = modelOf('bedrock');
  expect(bedrock.operationAt('GET', '/inference-profiles')).toBe('ListInferenceProfiles');
  expect(bedrock.operationAt('DELETE', '/inference-profiles')).toBeUndefined();
  const query = new URLSearchParams({ type: 'APPLICATION', maxResults: '9', odd: 'x' });
  const input = bedrock.inputFromQuery('ListInferenceProfiles', query);
  expect(input).toEqual({ typeEquals: 'APPLICATION', maxResults: 9, odd: 'x' });
});

it('tells more than one mistake, each once', () => {
  const rows = [[{ field: 1 }], [{ value: 1 }], [{ value: 1 }]];
  expect(
    logs.inAnswer('GetQueryResults', { results: [...rows, ...rows, ...rows], status: 'Done' })?.split('; '),
  ).toHaveLength(5);
});
