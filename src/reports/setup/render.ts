import type { SetupReport } from '../../setup/report.ts';
import { type ShownReport, shownReport, textFromShown } from '../shown.ts';

export function shownFromSetup({ regions, findings, policy }: SetupReport): ShownReport {
  const sources = regions.flatMap(({ source }) => source ?? []);
  return shownReport([
    regions.map(regionLine).join('\n'),
    findings
      .map(({ level, region, text }) => `${level === 'problem' ? 'Problem' : 'Note'} (${region}): ${text}`)
      .join('\n'),
    sources.length > 0 ? `Ask with: --source '${sources[0]}'` : undefined,
    policy === undefined ? undefined : `Permissions to add:\n${JSON.stringify(policy, null, 2)}`,
  ]);
}

export const textFromSetup = (report: SetupReport) => textFromShown(shownFromSetup(report));

function regionLine(row: SetupReport['regions'][number]): string {
  if (row.logging !== 'on') return `${row.region}: logging is ${row.logging}`;
  const where = [row.log_group, row.bucket].filter(Boolean).join(' and ');
  const newest = row.newest_record ? `, newest record ${row.newest_record}` : '';
  return `${row.region}: logging is on, to ${where}${newest}`;
}
