import { describe, expect, it } from 'vitest';
import { type Scan, scanFromQuery } from '../scans/scan.ts';
import { metadataQuery, usageQuery } from './athena-query.ts';
import { athenaSourceFromText } from './source.ts';
import { createStatements } from './table.ts';
import { topQuery } from './top-query.ts';

const OCTOBER = { from: Date.parse('2026-10-01T00:00:00Z'), to: Date.parse('2026-11-01T00:00:00Z') };
const FOLDERS = { accounts: ['111122223333'], regions: ['us-east-1', 'eu-west-1'] };

/** Changing a query is changing what people pay for: read the difference before accepting it. */
describe('the text of', () => {
  it('queries', () => {
    const query = { ...OCTOBER, where: [], buckets: {}, rateChanges: [], aliasesOf: async () => [] };
    const scan = scanFromQuery({ ...query, by: ['principal', 'status', "metadata.it's"] });
    expect(usageQuery({ ...scan, cellMs: 3_600_000 }, 'logs.invocations', FOLDERS).text).toMatchSnapshot();
  });

  it('five-minute cells of large prompts', () => {
    const query = { ...OCTOBER, by: [], where: [], buckets: {}, rateChanges: [], aliasesOf: async () => [] };
    const scan = scanFromQuery({ ...query, cellMs: 300_000, only: { promptAtLeast: 100_000, outputAtMost: 50 } });
    const { text } = usageQuery(scan, 'logs.invocations', FOLDERS);
    expect(text.slice(text.lastIndexOf('\nSELECT'))).toMatchSnapshot();
  });

  it('the question for the most expensive requests', () => {
    const scan: Scan = { ...OCTOBER, attributes: ['caller'], cellMs: undefined, regions: undefined };
    const bound = { input: 300, output: 1500, cacheRead: 30, cacheWrite5m: 375, cacheWrite1h: 600 };
    const where = [{ column: 'caller', values: ['', "o'b"] } as const];
    const ask = { bounds: new Map([["it's a model", bound]]), where, limit: 1_010 };
    const { text } = topQuery({ ...scan, only: { promptAtLeast: 9 } }, ask, 'logs.invocations', FOLDERS);
    expect(text).toMatchSnapshot();
  });

  it('the question for metadata keys', () => {
    expect(metadataQuery(OCTOBER, 'logs.invocations', FOLDERS)).toMatchSnapshot();
  });

  it('the table', () => {
    expect(createStatements(athenaSourceFromText('athena:s3://my-logs/bedrock')).join(';\n\n')).toMatchSnapshot();
  });
});
