import { connectClient, type SessionClient, type SessionClientOptions } from './session-client.ts';
import { type SessionCounts, watchSession } from './session-watch.ts';

/** Several clients at once. */
export interface Crowd {
  clients: readonly SessionClient[];
  /** Of all of them together. */
  counts(): SessionCounts;
  close(): Promise<void>;
}

export interface CrowdOptions extends Omit<SessionClientOptions, 'name' | 'watch'> {
  size: number;
}

export async function connectCrowd({ size, ...shared }: CrowdOptions): Promise<Crowd> {
  const watches = Array.from({ length: size }, watchSession);
  const clients = await all(
    watches.map((watch, index) => connectClient({ ...shared, name: `client-${index}`, watch })),
  );
  const sum = (name: keyof SessionCounts) => watches.reduce((total, { counts }) => total + counts[name], 0);
  return {
    clients,
    counts: () => ({
      lostSessions: sum('lostSessions'),
      lostPositions: sum('lostPositions'),
      resumptions: sum('resumptions'),
      lostResponses: sum('lostResponses'),
    }),
    async close() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

/** All or none: when one cannot connect, the others must not stay. */
async function all(connecting: readonly Promise<SessionClient>[]): Promise<readonly SessionClient[]> {
  try {
    return await Promise.all(connecting);
  } catch (error) {
    for (const client of await Promise.allSettled(connecting))
      if (client.status === 'fulfilled') await client.value.close();
    throw error;
  }
}
