/**
 * Puts the deployer into what was built of serverless-mcp-dev, for servers of one's own: all but deploy/apps, which is this project's
 * server. Its authorizer comes as it is deployed from a clone, to the byte.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const FROM = join(ROOT, 'deploy');
const DEV = join(ROOT, 'packages/serverless-mcp-dev');
const INTO = join(DEV, 'dist/deployer');

mkdirSync(join(INTO, 'deployer'), { recursive: true });
cpSync(join(FROM, 'deploy.py'), join(INTO, 'deploy.py'));
for (const file of readdirSync(join(FROM, 'deployer'), { withFileTypes: true }))
  if (file.isFile()) cpSync(join(FROM, 'deployer', file.name), join(INTO, 'deployer', file.name));
const bundle = ['bundle', 'deploy/authorizer.ts', '--out', join(INTO, 'authorizer')];
execFileSync(process.execPath, [join(DEV, 'bin/serverless-mcp-dev.js'), ...bundle], { cwd: ROOT, stdio: 'inherit' });
