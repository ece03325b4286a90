import type { Client } from './client.ts';
export const HOST_CLIENTS: readonly Client[] = [];
