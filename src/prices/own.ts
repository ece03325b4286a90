import { PRICES_KNOWN_UNTIL } from './known-until.ts';
import { createTableSource } from './own-table.ts';
import { PRICE_SOURCES, PRICE_TABLE } from './table.ts';

/** The dated table that comes with the program. */
export const OWN_PRICES = createTableSource(PRICE_TABLE, PRICE_SOURCES, PRICES_KNOWN_UNTIL);
