import { readFile } from 'node:fs/promises';
import { SpendError } from './domain/errors.ts';
import type { Engine } from './engines/engine.ts';
import type { ServerDependencies } from './mcp/server.ts';
import { createBilledApartSource } from './prices/billed-apart.ts';
import { createGenaiPricesSource } from './prices/genai-prices.ts';
import { NO_OVERRIDES, type Overrides, overridesFromText } from './prices/overrides.ts';
import { createTableSource } from './prices/own-table.ts';
import { createPriceBook } from './prices/price-book.ts';
import { PRICE_SOURCES, PRICE_TABLE } from './prices/table.ts';

export interface ComposeOptions {
  source: string | undefined;
  prices?: string | undefined;
  /** A file, or `false` for none that lasts. */
  ledger?: string | false | undefined;
  log?: (message: string) => void;
}

/** Puts the parts together: the only file that names concrete drivers. */
export async function compose(options: ComposeOptions): Promise<ServerDependencies & { close(): Promise<void> }> {
  const overrides = await readOverrides(options.prices);
  const engine = await createEngine(options);
  return {
    engine,
    prices: composePrices(overrides),
    aliases: overrides.aliases,
    now: Date.now,
    log: options.log ?? ((message) => console.error(message)),
    close: () => engine.close(),
  };
}

/** The price book: what the user says, then what is not billed per token, then our table, then the fallback. */
export function composePrices(overrides: Overrides = NO_OVERRIDES) {
  const listed = [createTableSource(PRICE_TABLE, PRICE_SOURCES), createGenaiPricesSource()];
  return createPriceBook([
    overrides.prices,
    createBilledApartSource(),
    ...listed.map((source) => overrides.discounted(source)),
  ]);
}

/** @throws SpendError INVALID_OVERRIDES */
export async function readOverrides(path: string | undefined): Promise<Overrides> {
  if (path === undefined) return NO_OVERRIDES;
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new SpendError(
      'INVALID_OVERRIDES',
      `The overrides file ${path} cannot be read: ${cause.code ?? cause.message}.`,
      { cause },
    );
  });
  return overridesFromText(text, path);
}

async function createEngine({ source, ledger }: ComposeOptions): Promise<Engine> {
  if (source === undefined) {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      'No log source. Give --source FOLDER (or set BEDROCK_SPEND_SOURCE), or try "bedrock-spend demo".',
    );
  }
  if (/^[a-z0-9]{2,}:/i.test(source)) {
    throw new SpendError(
      'SOURCE_UNSUPPORTED',
      `This version reads files only, not ${source}. Copy the logs here first: aws s3 sync s3://BUCKET/PREFIX ./logs`,
    );
  }
  // Here, not at the top: DuckDB is 70 MB of native code that other sources never need.
  const { createFilesEngine } = await import('./engines/files/index.ts');
  return createFilesEngine({ source, ...(ledger === undefined ? {} : { ledger }) });
}
