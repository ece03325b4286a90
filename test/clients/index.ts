import type { Client } from './client.ts';
import { COMMANDS } from './commands.ts';
import { HOST_CLIENTS } from './hosts.ts';
import { LIBRARIES } from './libraries.ts';

/** Every client that this server is tried with. */
export const CLIENTS: readonly Client[] = [...HOST_CLIENTS, ...COMMANDS, ...LIBRARIES];
