import { createHash } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { spendErrorFromAws } from '../../../aws/spend-error.ts';
import type { ScanStore } from '../scan-store.ts';

/** Nobody waits longer (`forgivingStore`), so a request need not. */
const WAITING = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

/** An item holds 400 KB, names included (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html). */
const PART_BYTES = 350 * 1024;

/**
 * What scans found, in the table of the sessions: `scan#KEY` with an item for each part, `0` and on. The first says how many there are,
 * and what their bytes hash to, so that parts of two writers are no answer. DynamoDB deletes them some time after they expire.
 */
export function createDynamoScanStore(table: string, config: DynamoDBClientConfig = {}): ScanStore {
  const client = new DynamoDBClient({ maxAttempts: 2, requestHandler: WAITING, ...config });
  const failed = (error: unknown) => {
    const missing = `There is no table ${table}, in which instances keep what scans found.`;
    throw spendErrorFromAws(error, { service: 'DynamoDB', place: table, missing });
  };

  return {
    async get(key) {
      const parts: Uint8Array[] = [];
      let [count, hash] = [0, ''];
      let from: QueryCommand['input']['ExclusiveStartKey'];
      do {
        // Half the price of a consistent read; what was written this moment is scanned once more.
        const page = await client
          .send(
            new QueryCommand({
              TableName: table,
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': { S: `scan#${key}` } },
              ExclusiveStartKey: from,
            }),
          )
          .catch(failed);
        for (const { bytes, parts: all, hash: whole } of page.Items ?? []) {
          parts.push(bytes?.B ?? new Uint8Array());
          [count, hash] = [Number(all?.N ?? count), whole?.S ?? hash];
        }
        from = page.LastEvaluatedKey;
      } while (from && parts.length < count);
      const bytes = Buffer.concat(parts.slice(0, count));
      return count > 0 && hashOf(bytes) === hash ? bytes : undefined;
    },

    async put(key, bytes, expires) {
      const count = Math.ceil(bytes.length / PART_BYTES);
      const whole = { parts: { N: String(count) }, hash: { S: hashOf(bytes) } };
      const items = Array.from({ length: count }, (_, part) => ({
        pk: { S: `scan#${key}` },
        sk: { S: String(part) },
        bytes: { B: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
        expiresAt: { N: String(Math.ceil(expires / 1_000)) },
        ...(part === 0 ? whole : {}),
      }));
      await Promise.all(items.map((Item) => client.send(new PutItemCommand({ TableName: table, Item })))).catch(failed);
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
