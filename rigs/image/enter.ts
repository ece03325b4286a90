/**
 * What an instance of serverless-mcp-dev runs for an image: it turns into the image's entry point, in the image's file system, as Lambda
 * would run it: read-only but for /tmp, by a user without rights. The process stays the same, so it can be frozen and killed.
 */
import { join } from 'node:path';
import { env, execve } from 'node:process';

/** In the environment variable RIG_IMAGE, as JSON. */
export interface Entrance {
  root: string;
  /** Variables of the image and of the function; beside them the process has what Lambda itself sets. */
  environment: Record<string, string>;
  workingDirectory: string;
  command: string[];
  /** A folder of this machine that is at /mnt, as a file system that is mounted to a function. */
  mnt?: string;
}

// An image has a /tmp of its own in the place of the instance's folder.
const { RIG_IMAGE = '', TMPDIR: _tmp, XDG_CACHE_HOME: _cache, ...lambdas } = env;
const { root, environment, workingDirectory, command, mnt = '' } = JSON.parse(RIG_IMAGE) as Entrance;
const script = join(import.meta.dirname, 'enter.sh');
const args = ['unshare', '--mount', '/bin/sh', script, root, mnt, workingDirectory, ...command];
execve?.('/usr/bin/unshare', args, { ...lambdas, ...environment });
