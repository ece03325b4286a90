import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { replaceFile } from '../../own-files.ts';
import { IRREGULAR_NAMES } from '../models/names.ts';
import { OFFER_CODES } from '../price-list/offer.ts';
import type { PriceList } from '../price-list/price-list.ts';

/** To be raised when offers are read in another way; names of models count by themselves. */
const READING = 3;

/** The cache holds what came out of the mapping, so another mapping makes it worthless. */
const MAPPING = createHash('sha256')
  .update(JSON.stringify([READING, IRREGULAR_NAMES]))
  .digest('hex')
  .slice(0, 16);

const day = z.iso.date();
const moment = z.iso.datetime({ offset: true });

const rateSchema = z.object({
  model: z.string(),
  token: z.enum(['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h']),
  tier: z.string(),
  global: z.boolean(),
  long: z.boolean(),
  mantle: z.boolean(),
  from: day,
  until: day.optional(),
  usd: z.string().regex(/^\d+(\.\d+)?$/),
});

const cacheSchema = z.object({
  mapping: z.literal(MAPPING),
  offers: z.array(
    z.object({
      code: z.enum(OFFER_CODES),
      region: z.string(),
      published: moment,
      fetched: moment,
      etag: z.string().optional(),
      rates: z.array(rateSchema),
      unmapped: z.array(z.string()),
      leftOut: z.record(z.string(), z.number()),
    }),
  ),
});

/** What was read before; nothing when there is no such file, it is damaged, or another version mapped it. */
export async function readCachedPriceList(file: string): Promise<PriceList> {
  try {
    const { offers } = cacheSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return { offers };
  } catch {
    return { offers: [] };
  }
}

/** Replaces the file at once, so that nobody reads half of it. @throws Error when it cannot be written */
export async function writeCachedPriceList(file: string, list: PriceList): Promise<void> {
  await replaceFile(file, JSON.stringify({ mapping: MAPPING, ...list }));
}
