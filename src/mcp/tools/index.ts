import type { Tool } from '../define-tool.ts';
import { breakdownSpend } from './breakdown-spend.ts';
import { checkBudget } from './check-budget.ts';
import { checkSetup } from './check-setup.ts';
import { detectAnomaliesTool } from './detect-anomalies.ts';
import { explainSpendChange } from './explain-spend-change.ts';
import { exportFocus } from './export-focus.ts';
import { findExpensiveInvocations } from './find-expensive-invocations.ts';
import { findWastedSpend } from './find-wasted-spend.ts';
import { forecastSpend } from './forecast-spend.ts';
import { getBedrockUsageReport } from './get-bedrock-usage-report.ts';
import { getPrice } from './get-price.ts';
import { listDimensions } from './list-dimensions.ts';
import { reconcileWithBill } from './reconcile-with-bill.ts';
import { reviewPromptCaching } from './review-prompt-caching.ts';
import { showSpendDashboard } from './show-spend-dashboard.ts';
import { simulateSpend } from './simulate-spend.ts';
import { spendOverTime } from './spend-over-time.ts';

/** Every tool the server offers, in the order clients list them. */
export const TOOLS: readonly Tool[] = [
  getBedrockUsageReport,
  breakdownSpend,
  spendOverTime,
  detectAnomaliesTool,
  forecastSpend,
  checkBudget,
  findExpensiveInvocations,
  explainSpendChange,
  simulateSpend,
  reviewPromptCaching,
  findWastedSpend,
  listDimensions,
  getPrice,
  checkSetup,
  reconcileWithBill,
  exportFocus,
  showSpendDashboard,
];
