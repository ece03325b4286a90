import { displayUsd, usdFromText } from '../../domain/money.ts';
import { printable } from '../../domain/printable.ts';
import { csvFromLines } from '../csv.ts';
import { alignColumns, count, coverageText, dayText, notesText } from '../render.ts';
import { type Finding, findingSchema, type WasteReport } from './schema.ts';

/** Compact text for a terminal or a model. */
export function textFromWaste({ period, kinds, findings, omitted_findings, coverage, notes }: WasteReport): string {
  const kindLines = kinds.map((sum) => [
    ...[sum.kind, count(sum.findings), count(sum.invocations), count(sum.errors), money(sum.usd)],
  ]);
  const lines = findings.map((finding) => [
    ...[finding.kind, finding.principal, finding.model, finding.detail],
    ...[count(finding.invocations), count(finding.errors), usdText(finding)],
  ]);
  const header = ['kind', 'principal', 'model', 'detail', 'invocations', 'errors', 'usd'];
  const blocks = [
    `Spend that may be wasted, ${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone}); kinds overlap`,
    alignColumns([['kind', 'findings', 'invocations', 'errors', 'usd'], ...kindLines], 1),
    lines.length > 0 ? alignColumns([header, ...lines], 4) : '(nothing found)',
    ...(omitted_findings > 0 ? [`${omitted_findings} more, less dear. Raise "limit".`] : []),
    [...new Map(findings.map(({ kind, advice }) => [kind, advice]))].map((pair) => `${pair.join(': ')}.`).join('\n'),
    coverageText(coverage),
    notesText(notes),
  ];
  return `${blocks.filter(Boolean).map(printable).join('\n\n')}\n`;
}

/** One line a finding, exact dollars. */
export function csvFromWaste({ findings }: WasteReport): string {
  const names = Object.keys(findingSchema.shape) as (keyof Finding)[];
  return csvFromLines([names, ...findings.map((finding) => names.map((name) => finding[name]))]);
}

const money = (text: string) => displayUsd(usdFromText(text));

function usdText({ usd, unpriced_invocations }: Finding): string {
  return usd === '0' && unpriced_invocations > 0 ? 'unpriced' : money(usd);
}
