import type { AthenaClient } from '@aws-sdk/client-athena';
import { describe, expect, it } from 'vitest';
import { clientThatAnswers, hasten } from '../../../test/helpers/endless-query.ts';
import { runQuery } from './run-query.ts';
import { athenaSourceFromText } from './source.ts';

describe('a query that AWS never ends', () => {
  it('is given up and stopped', async () => {
    hasten();
    const { client, asked } = clientThatAnswers<AthenaClient>({
      StartQueryExecutionCommand: { QueryExecutionId: 'q' },
      GetQueryExecutionCommand: { QueryExecution: { Status: { State: 'QUEUED' } } },
    });
    const source = athenaSourceFromText('athena:s3://bucket/logs');
    const run = runQuery(client, 'SELECT 1', source, {});
    await expect(run).rejects.toMatchObject({ code: 'QUERY_FAILED', message: expect.stringContaining('never ended') });
    expect(asked.at(-1)).toBe('StopQueryExecutionCommand');
  });
});
