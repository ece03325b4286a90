import type { AthenaClient } from '@aws-sdk/client-athena';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runQuery } from './run-query.ts';
import { athenaSourceFromText } from './source.ts';

describe('a query that AWS never ends', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Each look at the clock finds it three hours later. */
  function hasten(): void {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 3 * 3_600_000;
      return now;
    });
  }

  const sends = (answers: Record<string, object>) => {
    const asked: string[] = [];
    const client = {
      async send({ constructor: { name } }: object) {
        asked.push(name);
        return answers[name] ?? {};
      },
    };
    return { client, asked };
  };

  it('is given up and stopped', async () => {
    hasten();
    const { client, asked } = sends({
      StartQueryExecutionCommand: { QueryExecutionId: 'q' },
      GetQueryExecutionCommand: { QueryExecution: { Status: { State: 'QUEUED' } } },
    });
    const source = athenaSourceFromText('athena:s3://bucket/logs');
    const run = runQuery(client as unknown as AthenaClient, 'SELECT 1', source, {});
    await expect(run).rejects.toMatchObject({ code: 'QUERY_FAILED', message: expect.stringContaining('never ended') });
    expect(asked.at(-1)).toBe('StopQueryExecutionCommand');
  });
});
