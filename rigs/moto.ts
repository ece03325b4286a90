import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startPython } from './python/index.ts';

/** What a warm Python reads once for all of them: moto, and the services that are asked here. */
const IMPORTS = [
  'moto.server',
  ...['bedrock', 'cloudwatch', 'iam', 'logs', 's3', 'sts'].map((name) => `moto.${name}.urls`),
];

/** moto (https://docs.getmoto.org): AWS's wire protocol for many services, in a process and with a state of its own. */
export async function startMoto(): Promise<{ endpoint: string; close(): void }> {
  const python = await startPython([join(import.meta.dirname, 'moto.py')], { imports: IMPORTS });
  python.stderr.resume();
  const [endpoint] = (await Promise.race([
    once(createInterface(python.stdout), 'line'),
    python.ended.then((code) => Promise.reject(new Error(`moto ended with ${code}`))),
  ])) as [string];
  return { endpoint, close: () => void python.stdin.end() };
}
