import { displayUsd, usdFromText } from '../../domain/money.ts';
import { printable } from '../../domain/printable.ts';
import { alignColumns, notesText } from '../render.ts';
import { shownValue } from '../shown-value.ts';
import type { Anomalies } from './schema.ts';

/** The anomalies for people, most expensive first. */
export function textFromAnomalies({ period, compared_with, anomalies, omitted, excess_usd, notes }: Anomalies): string {
  const usd = (text: string) => displayUsd(usdFromText(text));
  const found = anomalies.length + omitted;
  const head = `${found} ${found === 1 ? 'anomaly' : 'anomalies'} from ${period.from} up to ${period.to} (${period.timezone}), ${usd(excess_usd)} above what is usual`;
  const lines = anomalies.map((anomaly) => [
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
  const header = ['principal', 'model', 'from', 'to', 'kind', 'cost', 'usual', 'invocations', 'errors'];
  const blocks = [
    head,
    ...(lines.length > 0 ? [alignColumns([header, ...lines], 5)] : []),
    `Usual is the median of the same hours from ${compared_with.from} on, working days and weekends apart.`,
    ...(omitted > 0 ? [`${omitted} more, less expensive.`] : []),
    ...(notes.length > 0 ? [notesText(notes)] : []),
  ];
  return `${blocks.map(printable).join('\n\n')}\n`;
}
