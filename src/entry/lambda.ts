import { compose, composeSessionStore } from '../compose.ts';
import { functionSettings } from '../config.ts';
import { createFunction } from '../http/function.ts';

const { source, prices, ledger, sessionTable, ...options } = functionSettings();
const dependencies = await compose({ source, prices, ledger });
export const handler = createFunction(dependencies, { ...options, store: composeSessionStore(sessionTable) });
