import { OCTOBER } from './sample.ts';

/** Answered by AWS, not from logs. */
export const ASK_AWS: readonly string[] = ['check_setup', 'reconcile_with_bill'];

type Question = readonly [string, Record<string, unknown>];

/**
 * Questions to each tool that answers from logs: as they are usually asked, and so that the answer is as large as it gets by
 * default. Tokens are measured and held to a budget over these.
 */
export const TYPICAL_QUESTIONS: readonly Question[] = [
  ['get_bedrock_usage_report', { days: 7 }],
  ['breakdown_spend', { by: ['model'], ...OCTOBER }],
  ['spend_over_time', { interval: 'day', ...OCTOBER }],
  ['detect_anomalies', { from: '2026-10-14', to: '2026-10-15' }],
  ['forecast_spend', { as_of: '2026-10-25' }],
  ['check_budget', { usd: '1000', as_of: '2026-10-25' }],
  ['find_expensive_invocations', { ...OCTOBER, limit: 5 }],
  ['explain_spend_change', { from: '2026-10-14', to: '2026-10-15' }],
  ['simulate_spend', { routing: 'global', ...OCTOBER }],
  ['list_dimensions', {}],
  ['get_price', { model: 'anthropic.claude-opus-4-8' }],
  ['export_focus', { from: '2026-10-14', to: '2026-10-15' }],
  ['review_prompt_caching', { ...OCTOBER }],
  ['find_wasted_spend', { ...OCTOBER }],
  ['show_spend_dashboard', { ...OCTOBER }],
];

export const LARGEST_QUESTIONS: readonly Question[] = [
  ['get_bedrock_usage_report', { days: 33 }],
  ['breakdown_spend', { by: ['principal', 'session', 'model', 'region', 'day'], ...OCTOBER }],
  ['spend_over_time', { interval: 'hour', by: 'principal', ...OCTOBER }],
  ['detect_anomalies', { ...OCTOBER, floor_usd: '0' }],
  ['forecast_spend', { days: 92 }],
  ['check_budget', { usd: '1000' }],
  ['find_expensive_invocations', { ...OCTOBER }],
  ['explain_spend_change', { ...OCTOBER, by: 'session' }],
  ['simulate_spend', { ...OCTOBER, by: ['principal', 'session', 'model', 'region', 'day'], tier: 'batch' }],
  ['list_dimensions', {}],
  ['get_price', { model: 'anthropic.claude-opus-4-8' }],
  ['export_focus', { ...OCTOBER, tags: ['metadata.team', 'metadata.env'] }],
  ['review_prompt_caching', { ...OCTOBER, cache_share: 1 }],
  ['find_wasted_spend', { ...OCTOBER, prompt_at_least: 1000, output_at_most: 10_000 }],
  ['show_spend_dashboard', { ...OCTOBER, by: 'caller' }],
];
