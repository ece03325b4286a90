import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { startServer } from 'serverless-mcp-dev';

export interface PushedManifest {
  repository: string;
  tag: string;
  mediaType: string;
  text: string;
}

export interface Registry {
  /** `127.0.0.1:PORT` */
  host: string;
  /** What was pushed under a digest. */
  blob(digest: string): Buffer | undefined;
  close(): Promise<void>;
}

interface RegistryOptions {
  password: string;
  onManifest(manifest: PushedManifest): Promise<void>;
}

/**
 * A registry that takes images, as ECR does: the pushing half of https://github.com/opencontainers/distribution-spec/blob/main/spec.md,
 * behind a password. Blobs stay in memory.
 */
export async function startRegistry({ password, onManifest }: RegistryOptions): Promise<Registry> {
  const blobs = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const credentials = `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
    const body = await buffer(request);
    const end = (status: number, headers: Record<string, string> = {}) =>
      void response.writeHead(status, headers).end();
    if (request.headers.authorization !== credentials)
      return end(401, { 'www-authenticate': 'Basic realm="registry"' });
    const [, repository = '', kind, reference = ''] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
    const place = (id: string) => ({ location: `/v2/${repository}/blobs/uploads/${id}` });
    switch (`${request.method} ${kind}`) {
      case 'GET undefined':
        return end(200);
      case 'HEAD blobs':
        return blobs.has(reference) ? end(200, { 'content-length': String(blobs.get(reference)?.length) }) : end(404);
      case 'POST blobs/uploads': {
        const id = String(uploads.size);
        uploads.set(id, []);
        return end(202, place(id));
      }
      case 'PATCH blobs/uploads': {
        uploads.get(reference)?.push(body);
        return end(202, { ...place(reference), range: `0-${body.length - 1}` });
      }
      case 'PUT blobs/uploads': {
        const whole = Buffer.concat([...(uploads.get(reference) ?? []), body]);
        const digest = searchParams.get('digest') ?? '';
        if (digestOf(whole) !== digest) return end(400);
        blobs.set(digest, whole);
        return end(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
      }
      case 'PUT manifests': {
        const mediaType = request.headers['content-type'] ?? '';
        await onManifest({ repository, tag: reference, mediaType, text: body.toString() });
        return end(201, { 'docker-content-digest': digestOf(body) });
      }
      default:
        return end(404);
    }
  };

  const { endpoint, close } = await startServer(answer);
  return { host: new URL(endpoint).host, blob: (digest) => blobs.get(digest), close };
}

export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
