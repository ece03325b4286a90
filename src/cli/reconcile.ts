import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { jsonText } from '../domain/printable.ts';
import { reconcile } from '../reports/reconcile/reconcile.ts';
import { textFromReconciliation } from '../reports/reconcile/render.ts';
import { EXIT } from './exit.ts';
import { type SourceOptions, withContext } from './session.ts';

interface ReconcileOptions extends SourceOptions {
  from?: string;
  to?: string;
  json?: boolean;
}

/** The difference between the bill and the logs, taken apart. */
export async function runReconcile({ from, to, json, ...options }: ReconcileOptions): Promise<number> {
  if (readSetting('pseudonyms', options.pseudonyms))
    throw new SpendError('INVALID_ARGUMENT', 'A bill names its accounts: reconcile without pseudonyms.');
  const { result: report, isDamaged } = await withContext(options, (context) => reconcile({ from, to }, context));
  console.log(json ? jsonText(report) : textFromReconciliation(report).trimEnd());
  return isDamaged ? EXIT.damaged : EXIT.ok;
}
