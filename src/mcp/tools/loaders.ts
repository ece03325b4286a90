import type { Tool } from '../define-tool.ts';

/** Every tool the server offers, in the order clients list them. Each is loaded when it is first called. */
export const TOOL_LOADERS: Readonly<Record<string, () => Promise<Tool>>> = {
  get_bedrock_usage_report: async () => (await import('./get-bedrock-usage-report.ts')).getBedrockUsageReport,
  breakdown_spend: async () => (await import('./breakdown-spend.ts')).breakdownSpend,
  spend_over_time: async () => (await import('./spend-over-time.ts')).spendOverTime,
  detect_anomalies: async () => (await import('./detect-anomalies.ts')).detectAnomaliesTool,
  forecast_spend: async () => (await import('./forecast-spend.ts')).forecastSpend,
  check_budget: async () => (await import('./check-budget.ts')).checkBudget,
  find_expensive_invocations: async () => (await import('./find-expensive-invocations.ts')).findExpensiveInvocations,
  explain_spend_change: async () => (await import('./explain-spend-change.ts')).explainSpendChange,
  simulate_spend: async () => (await import('./simulate-spend.ts')).simulateSpend,
  review_prompt_caching: async () => (await import('./review-prompt-caching.ts')).reviewPromptCaching,
  find_wasted_spend: async () => (await import('./find-wasted-spend.ts')).findWastedSpend,
  list_dimensions: async () => (await import('./list-dimensions.ts')).listDimensions,
  get_price: async () => (await import('./get-price.ts')).getPrice,
  check_setup: async () => (await import('./check-setup.ts')).checkSetup,
  reconcile_with_bill: async () => (await import('./reconcile-with-bill.ts')).reconcileWithBill,
  export_focus: async () => (await import('./export-focus.ts')).exportFocus,
  show_spend_dashboard: async () => (await import('./show-spend-dashboard.ts')).showSpendDashboard,
};

/** @param name one that is listed */
export function loadTool(name: string): Promise<Tool> {
  const load = TOOL_LOADERS[name];
  if (load === undefined) throw new Error(`there is no tool ${name}`);
  return load();
}
