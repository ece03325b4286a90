/** The library: read logs, price them, report. `bedrock-spend/client` stands on its own. */

export { type ComposeOptions, compose } from './compose.ts';
export { ERROR_CODES, type ErrorCode, SpendError } from './domain/errors.ts';
export { createFetchHandler } from './http/fetch-handler.ts';
export type { ServerDependencies } from './mcp/dependencies.ts';
export { flatFromReport } from './reports/flat-report.ts';
export { csvFromReport, textFromReport } from './reports/render.ts';
export { type Report, reportSchema } from './reports/report.ts';
export { type BreakdownQuestion, breakdown } from './reports/usage/breakdown.ts';
export { type OverTimeQuestion, overTime } from './reports/usage/over-time.ts';
export { type UsageReportQuestion, usageReport } from './reports/usage/usage-report.ts';
