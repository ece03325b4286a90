import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { startServer } from 'serverless-mcp-dev';

const NPM = 'https://registry.npmjs.org';

/** npm's registry, with packages of ours in it that nobody has published. */
export async function startRegistry(ours: readonly { manifest: { name: string; version: string }; tarball: string }[]) {
  const { endpoint, close } = await startServer(async ({ url = '/' }, response) => {
    const own = ours.find(({ manifest, tarball }) => [`/${manifest.name}`, `/${basename(tarball)}`].includes(url));
    if (own === undefined) response.writeHead(302, { Location: NPM + url }).end();
    else if (url.endsWith('.tgz')) response.end(readFileSync(own.tarball));
    else response.end(JSON.stringify(packument(own)));
  });

  /** https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
  function packument({ manifest, tarball }: (typeof ours)[number]) {
    const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    const dist = { tarball: `${endpoint}/${basename(tarball)}`, integrity };
    const { name, version } = manifest;
    return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
  }

  return { url: endpoint, close };
}
