import type { Random } from './random.ts';

export interface PlannedCall {
  tool: 'echo' | 'count' | 'ask';
  token: string;
  arguments: Record<string, unknown>;
  /** How many it is to bring. */
  notifications: number;
}

/** Six of ten answer after a while, three say something meanwhile, one asks. */
export function planCall(random: Random, token: string): PlannedCall {
  const sort = random.next();
  if (sort < 0.6) return planEcho(token, random.between(0, 250));
  if (sort < 0.9) return planCount(token, random.between(2, 10), random.between(0, 60));
  return planAsk(token, random.between(0, 50));
}

/** Eight of ten say much, the others ask after a while. */
export function planStream(random: Random, token: string): PlannedCall {
  if (random.next() < 0.8) return planCount(token, random.between(5, 20), random.between(0, 60));
  return planAsk(token, random.between(0, 400));
}

function planEcho(token: string, delayMs: number): PlannedCall {
  return { tool: 'echo', token, arguments: { token, delayMs }, notifications: 0 };
}

function planCount(token: string, count: number, pauseMs: number): PlannedCall {
  return { tool: 'count', token, arguments: { token, count, pauseMs }, notifications: count };
}

function planAsk(token: string, delayMs: number): PlannedCall {
  return { tool: 'ask', token, arguments: { token, delayMs }, notifications: 0 };
}
