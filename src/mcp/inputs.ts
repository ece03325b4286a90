import * as z from 'zod';
import { MAX_DIMENSIONS } from '../reports/usage/breakdown.ts';

/** Parameters that several tools share, so that they are called and described alike. */

const moment = z.string().min(1);

export const periodInputs = {
  from: moment
    .optional()
    .describe('First day or instant: 2026-10-01 or 2026-10-01T08:00:00Z. Default: the first day of the logs.'),
  to: moment
    .optional()
    .describe('End, exclusive: 2026-11-01 for all of October. Default: the end of the last day of the logs.'),
  timezone: z.string().optional().describe('IANA name such as Europe/Berlin, for days and hours. Default: UTC.'),
};

export const asOfInput = moment
  .optional()
  .describe('Spend before this is known, the rest is forecast. Default: now, or the end of the logs.');

export const whereInput = z
  .array(z.string().regex(/^[^=]+=/, 'write each filter as dimension=value, e.g. model=anthropic.claude-sonnet-4-6'))
  .max(50)
  .optional()
  .describe(
    'Filters, each dimension=value, e.g. ["principal=role/support-bot"]. Several on one dimension: any of them. (none) means absent.',
  );

export const byInput = z
  .array(z.string())
  .min(1, 'name at least one dimension, e.g. ["model"]; list_dimensions shows all')
  .max(MAX_DIMENSIONS)
  .describe(
    'Dimensions to group by, e.g. ["principal","model"]: day, model, provider, scope (routing), region, account, principal, session (person), profile (inference profile), tier, status (ok or error code), stop_reason, metadata.KEY, tag.KEY. list_dimensions shows all.',
  );

/** An exact number of dollars: more digits than a sum can have would only keep the server busy. */
export const usdInput = z.string().regex(/^\d{1,12}(\.\d{1,12})?$/, 'write a plain decimal such as 500');

/** Rows a tool returns; a model's context is not a spreadsheet. */
export function limitInput(fallback: number) {
  return z.number().int().min(1).max(1000).default(fallback).describe('Most rows; totals always cover everything.');
}
