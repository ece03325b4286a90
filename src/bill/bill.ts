import type { Usd } from '../domain/money.ts';

/** Charges of one kind over a period, as AWS bills them. */
export interface BillLine {
  /** `Amazon Bedrock`, or the product of a Marketplace model: `Claude Sonnet 4.5 (Amazon Bedrock Edition)`. */
  service: string;
  usageType: string;
  /** `Usage`, or what changes the price afterwards: `Credit`, `Tax`, a kind of discount, … */
  chargeType: string;
  /** In the unit of the usage type. */
  quantity: Usd;
  /** Unblended, so before what other charge types take off. */
  usd: Usd;
  /** ARN of who caused it; undefined where the bill does not tell. */
  principal: string | undefined;
}

export interface Bill {
  /** Where it is from, for the reader: `Cost Explorer`. */
  source: string;
  lines: readonly BillLine[];
  /** What the reader must know of it: estimates, what asking cost. */
  notes: readonly string[];
  /** Whether AWS may still add to it. */
  final: boolean;
}

/** Whole UTC days. */
export interface BillPeriod {
  /** Epoch milliseconds; `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
  /** Whose charges; empty: of all accounts that the bill has. */
  accounts: readonly string[];
}

/** Reads what Bedrock cost from a bill. @throws SpendError */
export type ReadBill = (period: BillPeriod, signal?: AbortSignal) => Promise<Bill>;

/** Charges of Bedrock are under several services, whose names share these words. */
export const isBedrock = (service: string) => service.toLowerCase().includes('amazon bedrock');

/** Usage is billed as it happens; other charge types change the sum. */
export const USAGE = 'Usage';
