import { join } from 'node:path';
import { type FunctionOptions, type LambdaFunction, startFunction } from 'serverless-mcp-dev';
import type { Entrance } from './enter.ts';
import type { Image } from './image.ts';

export interface ImageFunctionOptions extends Omit<FunctionOptions, 'handler' | 'ric'> {
  /** What the function's image configuration sets in the place of CMD, as `authorizer.handler`. */
  command?: string[];
  /** A folder of this machine that is at /mnt, for reading. */
  mnt?: string;
}

/** Starts a function from an image: each instance is the image's entry point, in the image's file system. */
export function startImageFunction(image: Image, options: ImageFunctionOptions): Promise<LambdaFunction> {
  const { command, mnt, env, ...rest } = options;
  const { Entrypoint = [], Cmd = [], Env = [], WorkingDir = '/' } = image.config;
  const run = command ?? Cmd;
  const entrance: Entrance = {
    root: image.root,
    environment: { ...Object.fromEntries(Env.map((line) => line.split(/=(.*)/s).slice(0, 2))), ...env },
    workingDirectory: WorkingDir,
    command: [...Entrypoint, ...run],
    ...(mnt === undefined ? {} : { mnt }),
  };
  return startFunction({
    ...rest,
    handler: join(image.root, WorkingDir, run[0] ?? ''),
    ric: join(import.meta.dirname, 'enter.ts'),
    env: { RIG_IMAGE: JSON.stringify(entrance) },
  });
}
