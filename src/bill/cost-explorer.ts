import {
  CostExplorerClient,
  type CostExplorerClientConfig,
  type Expression,
  GetCostAndUsageCommand,
  type GetCostAndUsageCommandOutput,
  GetDimensionValuesCommand,
  type Group,
} from '@aws-sdk/client-cost-explorer';
import { spendErrorFromAws } from '../aws/spend-error.ts';
import { throwIfCancelled } from '../domain/errors.ts';
import { displayUsd, usdFromText, ZERO_USD } from '../domain/money.ts';
import { type Bill, type BillLine, type BillPeriod, isBedrock, type ReadBill, USAGE } from './bill.ts';

/** https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/: each page of an answer. */
const USD_PER_REQUEST = usdFromText('0.01');

/** Reads the bill from Cost Explorer, which has one endpoint for all regions of a partition. */
export function createCostExplorerBill(config: CostExplorerClientConfig = {}): ReadBill {
  return async (period, signal) => {
    const client = new CostExplorerClient({ region: 'us-east-1', ...config });
    try {
      return await readBill(client, period, signal);
    } catch (error) {
      const place = 'Cost Explorer';
      throw spendErrorFromAws(error, { service: place, place, missing: 'Cost Explorer has no data.' }, signal);
    } finally {
      client.destroy();
    }
  };
}

async function readBill(client: CostExplorerClient, period: BillPeriod, signal?: AbortSignal): Promise<Bill> {
  const asked = { requests: 0 };
  const services = await bedrockServices(client, period, asked, signal);
  const bedrock = dimension('SERVICE', services);
  const accounts = period.accounts.length > 0 ? [dimension('LINKED_ACCOUNT', period.accounts)] : [];
  const usage = dimension('RECORD_TYPE', [USAGE]);
  // Two dimensions at most can be grouped by, so usage and what changes its price are two questions.
  const [used, changed] =
    services.length === 0
      ? [[], []]
      : [
          await groups(client, period, 'USAGE_TYPE', [bedrock, usage, ...accounts], asked, signal),
          await groups(client, period, 'RECORD_TYPE', [bedrock, { Not: usage }, ...accounts], asked, signal),
        ];
  const days = [...new Set([...used, ...changed].filter(({ estimated }) => estimated).map(({ day }) => day))].sort();
  return {
    source: 'Cost Explorer',
    lines: summed([
      ...used.map((group) => ({ ...group, usageType: group.second, chargeType: USAGE })),
      ...changed.map((group) => ({ ...group, usageType: '', chargeType: group.second })),
    ]),
    final: days.length === 0,
    notes: [...estimateNote(days), costNote(asked.requests)],
  };
}

function dimension(Key: 'SERVICE' | 'LINKED_ACCOUNT' | 'RECORD_TYPE', values: readonly string[]): Expression {
  return { Dimensions: { Key, Values: [...values] } };
}

const timePeriod = ({ from, to }: BillPeriod) => ({ Start: dayOf(from), End: dayOf(to) });
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Asked first, because pages of all other services' usage would cost more than this. */
async function bedrockServices(
  client: CostExplorerClient,
  period: BillPeriod,
  asked: { requests: number },
  signal?: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  let NextPageToken: string | undefined;
  do {
    throwIfCancelled(signal);
    asked.requests++;
    const page = await client.send(
      new GetDimensionValuesCommand({
        TimePeriod: timePeriod(period),
        Dimension: 'SERVICE',
        SearchString: 'Bedrock',
        NextPageToken,
      }),
      signal ? { abortSignal: signal } : {},
    );
    found.push(...(page.DimensionValues ?? []).flatMap(({ Value }) => Value ?? []));
    ({ NextPageToken } = page);
  } while (NextPageToken !== undefined);
  return found.filter(isBedrock);
}

interface BillGroup {
  day: string;
  estimated: boolean;
  service: string;
  /** Of the second dimension. */
  second: string;
  quantity: BillLine['quantity'];
  usd: BillLine['usd'];
}

async function groups(
  client: CostExplorerClient,
  period: BillPeriod,
  second: 'USAGE_TYPE' | 'RECORD_TYPE',
  filters: Expression[],
  asked: { requests: number },
  signal?: AbortSignal,
): Promise<BillGroup[]> {
  const found: BillGroup[] = [];
  let NextPageToken: string | undefined;
  do {
    throwIfCancelled(signal);
    asked.requests++;
    const page: GetCostAndUsageCommandOutput = await client.send(
      new GetCostAndUsageCommand({
        TimePeriod: timePeriod(period),
        // By the day, so that it shows which days are estimates.
        Granularity: 'DAILY',
        Metrics: ['UnblendedCost', 'UsageQuantity'],
        GroupBy: ['SERVICE', second].map((Key) => ({ Type: 'DIMENSION' as const, Key })),
        Filter: { And: filters },
        NextPageToken,
      }),
      signal ? { abortSignal: signal } : {},
    );
    for (const { TimePeriod, Estimated = false, Groups = [] } of page.ResultsByTime ?? [])
      for (const group of Groups) found.push(groupFrom(group, TimePeriod?.Start ?? '', Estimated));
    ({ NextPageToken } = page);
  } while (NextPageToken !== undefined);
  return found;
}

function groupFrom({ Keys = [], Metrics = {} }: Group, day: string, estimated: boolean): BillGroup {
  const [service = '', second = ''] = Keys;
  const { UnblendedCost, UsageQuantity } = Metrics;
  return {
    day,
    estimated,
    service,
    second,
    quantity: usdFromText(UsageQuantity?.Amount ?? '0'),
    usd: usdFromText(UnblendedCost?.Amount ?? '0'),
  };
}

/** One line for each kind of charge, whatever the day. */
function summed(groups: readonly Omit<BillLine, 'principal'>[]): BillLine[] {
  const lines = new Map<string, BillLine>();
  for (const { service, usageType, chargeType, quantity, usd } of groups) {
    const id = JSON.stringify([service, usageType, chargeType]);
    const line = lines.get(id) ?? {
      service,
      usageType,
      chargeType,
      quantity: ZERO_USD,
      usd: ZERO_USD,
      principal: undefined,
    };
    lines.set(id, { ...line, quantity: line.quantity.plus(quantity), usd: line.usd.plus(usd) });
  }
  return [...lines.values()];
}

function estimateNote(days: readonly string[]): string[] {
  if (days.length === 0) return [];
  const range = days.length === 1 ? days[0] : `${days.length} days from ${days[0]} to ${days.at(-1)}`;
  return [`The bill is not final: AWS marks ${range} as estimated. Cost Explorer is up to a day late.`];
}

function costNote(requests: number): string {
  return `Asking Cost Explorer took ${requests} requests, which AWS bills at ${displayUsd(USD_PER_REQUEST.times(requests))}.`;
}
