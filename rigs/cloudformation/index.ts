import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text as textOf } from 'node:stream/consumers';
import { startPython } from '../python/index.ts';

/** deploy.py, whose pauses and patience, and those of boto3's retries, take a moment: here nothing takes long. */
export const DEPLOY_QUICKLY = `
import os, runpy, sys, time
sleep, monotonic = time.sleep, time.monotonic
time.sleep, time.monotonic = lambda seconds: sleep(seconds / 20), lambda: monotonic() * 20
script = "deploy/deploy.py"
sys.path[:0] = [os.path.dirname(script), "deploy"]
runpy.run_path(script, run_name="__main__")`;

/** Those of before are no more. */
export interface Faults {
  /** Patterns of requests that are refused for want of a permission, as `^ecr:CreateRepository`. */
  denied?: string[];
  /** What AWS says of it. */
  denied_words?: string;
  /** What CloudFormation finds before it begins, by resource: the place in it, and why. */
  early?: Record<string, readonly [path: string, why: string]>;
  /** How many functions the account runs at once, and how many of these are not reserved. Default: 1,000 each. */
  at_once?: readonly [all: number, unreserved: number];
  /** What the front door answers, request by request; 200 goes on, as do all after these. */
  front?: number[];
  /** Resources that cannot be created or changed, and why. */
  fail?: Record<string, string>;
  fail_rollback?: boolean;
  fail_delete?: boolean;
  /** Changes begin, and go on only after the next call. */
  hold?: boolean;
}

/** What a warm Python reads once for all of them, and for deploy.py. */
export const IMPORTS = [
  'moto.server',
  ...['apigateway', 'awslambda', 'cloudformation', 'dynamodb', 'ecr', 'iam', 'kms', 's3'].map(
    (name) => `moto.${name}.urls`,
  ),
  'models',
  'yaml',
];

// biome-ignore lint/suspicious/noExplicitAny: an answer of any service
type Answer = any;

/** AWS on this machine, as deploy.py uses it. */
export interface LocalCloud {
  endpoint: string;
  reset(): Promise<void>;
  faults(faults: Faults): Promise<void>;
  /** What answers behind the API's front door; with `checksKeys: false` it checks the keys itself. */
  upstream(url: string, checksKeys?: boolean): Promise<void>;
  /** Calls a service as boto3 does, past all faults. */
  call(service: string, operation: string, given?: object, region?: string): Promise<Answer>;
  close(): void;
}

/** Starts it. It ends with this process. */
export async function startCloud(): Promise<LocalCloud> {
  const env = { ...process.env, AWS_ENDPOINT_URL: undefined }; // Another one's, where this is not the first.
  const python = await startPython([join(import.meta.dirname, 'server.py')], { env, imports: IMPORTS });
  const said = textOf(python.stderr);
  const endpoint = await Promise.race([
    once(createInterface(python.stdout), 'line').then(([line]) => line as string),
    python.ended.then(async (code) => Promise.reject(new Error(`The cloud ended with ${code}: ${await said}`))),
  ]);
  const post = async (path: string, body: object = {}): Promise<Answer> => {
    const response = await fetch(`${endpoint}/_rig/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  };
  return {
    endpoint,
    reset: () => post('reset'),
    faults: (faults) => post('faults', faults),
    upstream: (url, checksKeys = true) => post('upstream', { url, checksKeys }),
    call: (service, operation, given = {}, region = 'us-east-1') => post('call', { service, operation, given, region }),
    close: () => void python.stdin.end(),
  };
}
