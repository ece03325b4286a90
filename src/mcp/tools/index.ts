import type { Tool } from '../define-tool.ts';
import { breakdownSpend } from './breakdown-spend.ts';
import { checkSetup } from './check-setup.ts';
import { explainSpendChange } from './explain-spend-change.ts';
import { getBedrockUsageReport } from './get-bedrock-usage-report.ts';
import { getPrice } from './get-price.ts';
import { listDimensions } from './list-dimensions.ts';
import { reconcileWithBill } from './reconcile-with-bill.ts';
import { simulateSpend } from './simulate-spend.ts';
import { spendOverTime } from './spend-over-time.ts';

/** Every tool the server offers, in the order clients list them. */
export const TOOLS: readonly Tool[] = [
  getBedrockUsageReport,
  breakdownSpend,
  spendOverTime,
  explainSpendChange,
  simulateSpend,
  listDimensions,
  getPrice,
  checkSetup,
  reconcileWithBill,
];
