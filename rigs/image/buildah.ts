import { join } from 'node:path';
import envPaths from 'env-paths';
import { run } from './tools.ts';

/** Images, and the layers they share, stay here for the next run. */
export const HOME = join(envPaths('bedrock-spend', { suffix: '' }).cache, 'rigs/image');

export interface ImageConfig {
  Env?: string[];
  Cmd?: string[];
  Entrypoint?: string[];
  WorkingDir?: string;
  User?: string;
  Labels?: Record<string, string>;
}

/** `chroot` needs neither a daemon nor namespaces of users, and shares the network. */
export function buildah(...args: string[]): Promise<string> {
  const place = ['--root', join(HOME, 'storage'), '--runroot', join(HOME, 'run')];
  return run('buildah', [...place, ...args], { BUILDAH_ISOLATION: 'chroot' }).then((text) => text.trim());
}

function imagesOf(reference: string): Promise<string> {
  return buildah('images', '--quiet', '--filter', `reference=${reference}`);
}

export async function hasImage(name: string): Promise<boolean> {
  return (await imagesOf(name)) !== '';
}

/** @param repository a name without its tag */
export async function removeImages(repository: string): Promise<void> {
  const ids = (await imagesOf(`${repository}:*`)).split('\n').filter(Boolean);
  if (ids.length > 0) await buildah('rmi', '--force', ...ids);
}

export async function imageConfig(name: string): Promise<ImageConfig> {
  return JSON.parse(await buildah('inspect', '--type', 'image', name)).OCIv1.config;
}

/** The file system of an image, until it is closed. */
export async function mountImage(name: string): Promise<{ root: string; close(): Promise<void> }> {
  const container = await buildah('from', '--pull-never', name);
  return {
    root: await buildah('mount', container),
    close: async () => void (await buildah('rm', container)),
  };
}
