import { compose, composeSessionStore, composeTaskStore } from '../compose.ts';
import { functionSettings } from '../config.ts';
import { createFunction } from '../http/function.ts';

const { data, sessionTable, ...options } = functionSettings();
const store = composeSessionStore(sessionTable);
const tasks = composeTaskStore(sessionTable);
export const handler = createFunction(await compose(data), { ...options, store, tasks });
