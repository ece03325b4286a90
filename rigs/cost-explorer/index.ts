import Big from 'big.js';
import { createServiceFaults } from '../aws/faults.ts';
import type { Input } from '../aws/input.ts';
import { pageOf } from '../aws/paging.ts';
import { startService } from '../aws/service.ts';
import { ServiceError } from '../aws/service-error.ts';

/** A charge, as a bill has it for a day. Amounts are decimal text. */
export interface Charge {
  /** YYYY-MM-DD. */
  day: string;
  account: string;
  service: string;
  usageType: string;
  recordType?: string;
  quantity: string;
  usd: string;
}

export interface CostExplorerOptions {
  /** From this day on, charges are estimates. */
  estimatedFrom?: string;
  /** Groups on a page. */
  groupsPerPage?: number;
}

type Filter = {
  And?: Filter[];
  Not?: Filter;
  Dimensions?: { Key: keyof typeof FIELD; Values: string[] };
};

interface Question {
  TimePeriod: { Start: string; End: string };
  SearchString?: string;
  Filter?: Filter;
  GroupBy?: { Key: keyof typeof FIELD }[];
  NextPageToken?: string;
}

const FIELD = {
  SERVICE: 'service',
  USAGE_TYPE: 'usageType',
  RECORD_TYPE: 'recordType',
  LINKED_ACCOUNT: 'account',
} as const;

/** Cost Explorer's GetDimensionValues (services) and daily GetCostAndUsage, filtered and grouped as AWS documents them; moto has neither. */
export async function startCostExplorer(options: CostExplorerOptions = {}) {
  const charges: Charge[] = [];
  const { faults, errorOf } = createServiceFaults({
    service: 'ce',
    start: '',
    deniedResource: ({ account }) => `arn:aws:ce:us-east-1:${account}:/*`,
    unavailable: { type: 'ServiceUnavailable', status: 503 },
  });
  const over = (answer: (own: Charge[], question: Question) => object) => (_: unknown, input: Input) => {
    const question = input as unknown as Question;
    const { Start, End } = question.TimePeriod;
    return answer(
      charges.filter(({ day }) => day >= Start && day < End),
      question,
    );
  };
  const service = {
    rig: 'rigs/cost-explorer',
    dialect: { target: 'AWSInsightsIndexService', service: 'ce' },
    operations: {
      GetDimensionValues: over(servicesOf),
      GetCostAndUsage: over((own, question) => costAndUsage(own, question, options)),
    },
    errorOf,
  };
  const { endpoint, close, calls } = await startService(service, {});
  return { endpoint, close, calls, faults, bill: (...more: Charge[]) => void charges.push(...more) };
}

function servicesOf(charges: readonly Charge[], { SearchString = '' }: Question): object {
  const services = new Set(charges.map(({ service }) => service).filter((service) => service.includes(SearchString)));
  return {
    DimensionValues: [...services].map((Value) => ({ Value, Attributes: {} })),
    ReturnSize: services.size,
    TotalSize: services.size,
  };
}

const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

const fieldOf = (charge: Charge, key: keyof typeof FIELD) => charge[FIELD[key]] ?? 'Usage';

function matches(charge: Charge, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if (filter.And) return filter.And.every((part) => matches(charge, part));
  if (filter.Not) return !matches(charge, filter.Not);
  return filter.Dimensions?.Values.includes(fieldOf(charge, filter.Dimensions.Key)) ?? true;
}

function costAndUsage(
  charges: readonly Charge[],
  { Filter, GroupBy = [], NextPageToken }: Question,
  { estimatedFrom = '9999', groupsPerPage = 5_000 }: CostExplorerOptions,
): object {
  const sums = new Map<string, { day: string; keys: string[]; usd: Big; quantity: Big }>();
  for (const charge of charges.filter((one) => matches(one, Filter))) {
    const keys = GroupBy.map(({ Key }) => fieldOf(charge, Key));
    const id = JSON.stringify([charge.day, keys]);
    const sum = sums.get(id) ?? { day: charge.day, keys, usd: new Big(0), quantity: new Big(0) };
    sums.set(id, { ...sum, usd: sum.usd.plus(charge.usd), quantity: sum.quantity.plus(charge.quantity) });
  }
  const all = [...sums.values()].sort((a, b) => a.day.localeCompare(b.day));
  const { items, nextToken } = pageOf(
    all,
    NextPageToken,
    groupsPerPage,
    () => new ServiceError('InvalidNextTokenException', 'NextPageToken'),
  );
  const days = [...new Set(items.map(({ day }) => day))];
  return {
    ResultsByTime: days.map((day) => ({
      TimePeriod: { Start: day, End: dayAfter(day) },
      Estimated: day >= estimatedFrom,
      Groups: items
        .filter((group) => group.day === day)
        .map(({ keys, usd, quantity }) => ({
          Keys: keys,
          Metrics: {
            UnblendedCost: { Amount: usd.toFixed(), Unit: 'USD' },
            UsageQuantity: { Amount: quantity.toFixed(), Unit: 'N/A' },
          },
        })),
    })),
    NextPageToken: nextToken,
  };
}
