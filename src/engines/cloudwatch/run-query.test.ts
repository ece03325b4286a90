import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runQuery } from './run-query.ts';

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
      StartQueryCommand: { queryId: 'q' },
      GetQueryResultsCommand: { status: 'Scheduled' },
    });
    const target = {
      client: client as unknown as CloudWatchLogsClient,
      region: undefined,
      name: '/logs',
      groups: ['/logs'],
      scans: { bytes: 0, seconds: 0 },
      metrics: {},
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
