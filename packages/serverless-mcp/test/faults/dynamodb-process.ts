/** DynamoDB's protocol in a process of its own, so that the one that measures is not the one that stores. */
import { startDynamoDB } from '../../../../rigs/dynamodb.ts';
import { reportReady } from './child.ts';

const { config, table } = await startDynamoDB();
reportReady({ config, table } satisfies StoreAddress);

export interface StoreAddress {
  config: object;
  table: string;
}
