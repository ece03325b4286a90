import { LIMITS } from '../../../charts/chart.ts';
import { type Stack, stackFromTable } from '../../../charts/stack.ts';
import type { FlatReport } from '../../../reports/report.ts';

/** A report over time as its chart has it, column by column. */
export function stackOf(report: FlatReport): Stack {
  return stackFromTable({ title: '', ...report }, report.period, LIMITS);
}
