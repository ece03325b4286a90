import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { spendErrorFromAws } from '../../../aws/spend-error.ts';
import { textFromUsd, ZERO_USD } from '../../../domain/money.ts';
import { DAY_MS } from '../../../domain/period.ts';
import type { DaySums } from '../day-limits.ts';

/** A question that waits for its sum waits no longer than a session does. */
const WAITING = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };

/**
 * Sums in the table of the sessions, so that all instances draw from the same: an item for each day and each who spends, which
 * DynamoDB deletes some time after the day. A number of DynamoDB is a decimal of 38 digits, so sums stay exact
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
 */
export function createDynamoDaySums(table: string, config: DynamoDBClientConfig = {}): DaySums {
  const client = new DynamoDBClient({ maxAttempts: 4, requestHandler: WAITING, ...config });
  return {
    async add(day, of, usd, most) {
      const room = most.minus(usd);
      const limited = usd.gt(ZERO_USD);
      if (limited && room.lt(ZERO_USD)) return false;
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { pk: { S: `spent#${day}` }, sk: { S: sortKeyOf(of) } },
            UpdateExpression: 'ADD usd :usd SET expiresAt = :expiresAt',
            ...(limited ? { ConditionExpression: 'attribute_not_exists(usd) OR usd <= :room' } : {}),
            ExpressionAttributeValues: {
              ':usd': { N: textFromUsd(usd) },
              ':expiresAt': { N: String((Date.parse(day) + 7 * DAY_MS) / 1_000) },
              ...(limited ? { ':room': { N: textFromUsd(room) } } : {}),
            },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        const missing = `There is no table ${table}, in which the server counts what scans cost.`;
        throw spendErrorFromAws(error, { service: 'DynamoDB', place: table, missing });
      }
    },
  };
}

/** A subject of a token can be longer than a key of DynamoDB. */
function sortKeyOf(of: string): string {
  return createHash('sha256').update(of).digest('base64url');
}
