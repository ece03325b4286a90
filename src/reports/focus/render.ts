import { displayUsd, usdFromText } from '../../domain/money.ts';
import { compact, count } from '../render.ts';
import { type ShownReport, shownReport } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import type { FocusPage } from './schema.ts';

/** The gist of charges for reading; whole charges have forty columns and are for programs. */
export function shownFromFocus({ period, rows, omitted_rows, cost_usd, unpriced_rows, notes }: FocusPage): ShownReport {
  const all = rows.length + omitted_rows;
  return shownReport(
    [
      `${count(all)} charges, ${displayUsd(usdFromText(cost_usd))}, ${count(unpriced_rows)} unpriced, ${period.from} up to ${period.to}.`,
      {
        columns: ['day', 'principal', 'model', 'kind of token', 'tokens', 'cost'],
        names: 4,
        rows: rows.map(chargeCells),
      },
      omitted_rows > 0
        ? `${count(omitted_rows)} more. All of them, with every column: bedrock-spend export-focus --output focus.parquet`
        : undefined,
    ],
    notes,
  );
}

function chargeCells(row: FocusPage['rows'][number]): string[] {
  const { ChargePeriodStart, x_Principal, x_Model, SkuMeter, ConsumedQuantity, BilledCost } = row;
  return [
    (ChargePeriodStart ?? '').slice(0, 10),
    shownValue(x_Principal ?? ''),
    shownValue(x_Model ?? ''),
    SkuMeter ?? '',
    compact(Number(ConsumedQuantity ?? 0)),
    BilledCost ? displayUsd(usdFromText(BilledCost)) : 'unpriced',
  ];
}
