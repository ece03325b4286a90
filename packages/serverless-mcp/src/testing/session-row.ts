import type { SessionRow } from '../session-store.ts';

/** A row as a session begins with, in what a test does not say of it. */
export function sessionRow(id: string, change: Partial<SessionRow> & Pick<SessionRow, 'expiresAt'>): SessionRow {
  return {
    id,
    owner: undefined,
    initialize: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    protocolVersion: '2025-11-25',
    logLevel: undefined,
    subscriptions: [],
    stream: undefined,
    cursor: undefined,
    ...change,
  };
}
