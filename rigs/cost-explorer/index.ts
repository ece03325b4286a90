import Big from 'big.js';
import { readBody, startServer } from '../aws/http.ts';
import { pageOf } from '../aws/paging.ts';

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

interface Input {
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
  const calls: { operation: string; input: Input }[] = [];
  const faults = new Map<string, { type: string; message?: string }>();

  const { endpoint, close } = await startServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const input = JSON.parse(await readBody(request)) as Input;
    calls.push({ operation, input });
    const fault = faults.get(operation);
    const send = (status: number, out: object) =>
      void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(out));
    if (fault) return send(400, { __type: fault.type, message: fault.message });
    const { Start, End } = input.TimePeriod;
    const own = charges.filter(({ day }) => day >= Start && day < End);
    if (operation === 'GetDimensionValues') return send(200, servicesOf(own, input));
    return send(200, costAndUsage(own, input, options));
  });
  return {
    endpoint,
    close,
    calls,
    faults,
    bill: (...more: Charge[]) => void charges.push(...more),
  };
}

function servicesOf(charges: readonly Charge[], { SearchString = '' }: Input): object {
  const services = new Set(charges.map(({ service }) => service).filter((service) => service.includes(SearchString)));
  return { DimensionValues: [...services].map((Value) => ({ Value, Attributes: {} })), ReturnSize: services.size };
}

const fieldOf = (charge: Charge, key: keyof typeof FIELD) => charge[FIELD[key]] ?? 'Usage';

function matches(charge: Charge, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if (filter.And) return filter.And.every((part) => matches(charge, part));
  if (filter.Not) return !matches(charge, filter.Not);
  return filter.Dimensions?.Values.includes(fieldOf(charge, filter.Dimensions.Key)) ?? true;
}

function costAndUsage(
  charges: readonly Charge[],
  { Filter, GroupBy = [], NextPageToken }: Input,
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
  const { items, nextToken } = pageOf(all, NextPageToken, groupsPerPage, () => new Error('NextPageToken'));
  const days = [...new Set(items.map(({ day }) => day))];
  return {
    ResultsByTime: days.map((day) => ({
      TimePeriod: { Start: day, End: day },
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
