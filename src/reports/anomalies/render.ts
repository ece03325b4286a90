import { displayUsd, usdFromText } from '../../domain/money.ts';
import { type ShownReport, shownReport, textFromShown } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import type { Anomalies } from './schema.ts';

/** The anomalies for people, most expensive first. */
export function shownFromAnomalies(report: Anomalies): ShownReport {
  const { period, compared_with, anomalies, omitted, excess_usd, notes } = report;
  const usd = (text: string) => displayUsd(usdFromText(text));
  const found = anomalies.length + omitted;
  const head = `${found} ${found === 1 ? 'anomaly' : 'anomalies'} from ${period.from} up to ${period.to} (${period.timezone}), ${usd(excess_usd)} above what is usual`;
  const rows = anomalies.map((anomaly) => [
    shownValue(anomaly.principal),
    shownValue(anomaly.model),
    anomaly.from,
    anomaly.to,
    anomaly.kind,
    usd(anomaly.cost_usd),
    usd(anomaly.expected_usd),
    String(anomaly.invocations),
    String(anomaly.errors),
  ]);
  const columns = ['principal', 'model', 'from', 'to', 'kind', 'cost', 'usual', 'invocations', 'errors'];
  const blocks = [
    head,
    rows.length > 0 ? { columns, names: 5, rows } : undefined,
    `Usual is the median of the same hours from ${compared_with.from} on, working days and weekends apart.`,
    omitted > 0 ? `${omitted} more, less expensive.` : undefined,
  ];
  return shownReport(blocks, notes);
}

export const textFromAnomalies = (report: Anomalies) => textFromShown(shownFromAnomalies(report));
