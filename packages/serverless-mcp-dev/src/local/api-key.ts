import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ToldError } from '../told-error.ts';
import { nodeModulesOf } from './node-modules.ts';

/** https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html: 20 to 128 characters */
const LENGTHS = { least: 20, most: 128 };

/**
 * A key that stays the same from start to start, so that clients need not be told anew. It is no constant: any web page could send
 * that to a port of this machine.
 */
export function keptApiKey(entry: string): string {
  const packages = nodeModulesOf(dirname(entry));
  if (packages === undefined) return randomBytes(20).toString('hex');
  const file = join(packages, '.cache/serverless-mcp-dev/api-key');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const key = randomBytes(20).toString('hex');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}

/** @throws ToldError */
export function checkApiKey(key: string): string {
  if (key.length < LENGTHS.least || key.length > LENGTHS.most)
    throw new ToldError(
      `API Gateway takes keys of ${LENGTHS.least} to ${LENGTHS.most} characters; this one has ${key.length}.`,
    );
  return key;
}
