import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Ric } from 'serverless-mcp-dev';
import { ensureBaseImage } from './base-image.ts';
import { buildah, type ImageConfig, imageConfig, mountImage } from './buildah.ts';
import type { Log } from './tools.ts';

export interface ImageOptions {
  ric: Ric;
  log: Log;
  /** Build arguments of deploy/Dockerfile, besides the base image. */
  args?: Record<string, string>;
}

export interface Image {
  config: ImageConfig;
  /** Where its file system is on this machine. Nothing must be written there. */
  root: string;
  /** Of its files that the base does not have. */
  size: ImageSize;
  close(): Promise<void>;
}

export interface ImageSize {
  bytes: number;
  /** As a registry keeps them: tar, gzip. */
  compressedBytes: number;
}

const PROJECT = join(import.meta.dirname, '../..');
const NAME = 'localhost/bedrock-spend';

/**
 * Builds deploy/Dockerfile for this machine's architecture on a stand-in for AWS's base image.
 * @throws Error that ends with what the build said
 */
export async function buildImage({ ric, log, args = {} }: ImageOptions): Promise<Image> {
  const base = await ensureBaseImage(ric, log);
  const build = (...options: string[]) => buildah('build', ...common(base), ...options, PROJECT);
  // Named, so that they are not taken away with what is left of earlier builds.
  for (const stage of ['dependencies', 'bundle']) await build('--target', stage, '--tag', `${NAME}-${stage}`);
  const name = `${NAME}:duckdb-${args['DUCKDB'] ?? 'no'}`;
  await build('--tag', name, ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]));
  const { root, close } = await mountImage(name);
  return { config: await imageConfig(name), root, size: await measure(join(root, 'var/task')), close };
}

/** Removes the layers that no image has any more. */
export async function pruneLayers(): Promise<void> {
  await buildah('rmi', '--prune').catch(() => {}); // Some are in use by another build.
}

function common(base: string): string[] {
  const dockerfile = join(PROJECT, 'deploy/Dockerfile');
  return ['--layers', '--pull-never', '--build-arg', `BASE_IMAGE=${base}`, '--file', dockerfile];
}

/** The base has nothing in this folder, and the image's layers nothing outside of it. */
async function measure(folder: string): Promise<ImageSize> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map((file) => stat(join(file.parentPath, file.name)).then(({ size }) => size)),
  );
  const script = 'tar -cf - -C "$0" . | gzip -6 | wc -c';
  const { stdout } = await promisify(execFile)('sh', ['-c', script, folder]);
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), compressedBytes: Number(stdout) };
}
