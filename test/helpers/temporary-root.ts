import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All that a run leaves in temporary folders goes with it. The name is short: paths of Unix sockets are. */
export default function setup(): () => void {
  const root = mkdtempSync(join(tmpdir(), 'bs-'));
  chmodSync(root, 0o755); // Some tests run programs as another user.
  process.env['TMPDIR'] = root;
  // The same programs are started many times.
  process.env['NODE_COMPILE_CACHE'] = join(root, 'compiled');
  return () => rmSync(root, { recursive: true, force: true });
}
