import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { clientThatAnswers, hasten } from '../../../test/helpers/endless-query.ts';
import { runQuery } from './run-query.ts';

describe('a query that AWS never ends', () => {
  it('is given up and stopped', async () => {
    hasten();
    const { client, asked } = clientThatAnswers<CloudWatchLogsClient>({
      StartQueryCommand: { queryId: 'q' },
      GetQueryResultsCommand: { status: 'Scheduled' },
    });
    const target = {
      client,
      region: undefined,
      name: '/logs',
      groups: ['/logs'],
      scans: { bytes: 0, seconds: 0 },
      metrics: new CloudWatchClient({ region: 'us-east-1' }),
      bytesOf: async () => 0,
      plain: false,
      looked: [],
    };
    const run = runQuery(target, 'fields 1', { from: 0, to: 1 }, {});
    await expect(run).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringContaining('/logs never ended'),
    });
    expect(asked.at(-1)).toBe('StopQueryCommand');
  });
});
