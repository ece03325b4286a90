/**
 * What an install of each package brings: its packages, the sum of their files in MB of 1,000,000 bytes, what they take of a disk in
 * blocks (`du -sm`), and the size of our own tarball. It needs the npm registry.
 *
 *   node scripts/measure-install.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './bundle.ts';
import { install, pack, sizeOf } from './installed.ts';

const LAYER = join(ROOT, 'packages/serverless-mcp');
const DEV = join(ROOT, 'packages/serverless-mcp-dev');
const work = mkdtempSync(join(tmpdir(), 'measure-install-'));
const mb = (bytes: number) => (bytes / 1e6).toFixed(2);

/** With npm's `flags`: by itself it adds the peers that are not optional. */
function row(title: string, ours: string, others: readonly string[] = [], flags: readonly string[] = []): void {
  const project = mkdtempSync(join(work, 'project-'));
  install(project, [ours, ...others], flags);
  const { packages, bytes } = sizeOf(project);
  const [disk] = execFileSync('du', ['-sm', join(project, 'node_modules')], { encoding: 'utf8' }).split('\t');
  console.log(`| ${title} | ${mb(statSync(ours).size)} | ${packages} | ${mb(bytes)} | ${disk} |`);
}

try {
  const product = pack(ROOT, work, { types: true });
  const layer = pack(LAYER, work, { types: true });
  const { peerDependencies } = JSON.parse(readFileSync(join(LAYER, 'package.json'), 'utf8'));
  const dynamodb = `@aws-sdk/client-dynamodb@${peerDependencies['@aws-sdk/client-dynamodb']}`;
  console.log('| | packed MB | packages | installed MB | on disk |\n| --- | --: | --: | --: | --: |');
  row('`bedrock-spend`', product);
  row('`serverless-mcp`, the MCP SDK', layer);
  row('`serverless-mcp`, the MCP SDK, the DynamoDB client', layer, [dynamodb]);
  row('`serverless-mcp`, the DynamoDB client', layer, [dynamodb], ['--legacy-peer-deps']);
  row('`serverless-mcp-dev`', pack(DEV, work, { types: true }));
} finally {
  rmSync(work, { recursive: true });
}
