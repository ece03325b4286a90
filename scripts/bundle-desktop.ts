/**
 * Makes a desktop bundle (.mcpb), which hosts such as Claude Desktop install with a double click: the package as npm would install it,
 * with its dependencies, and a manifest that says what to ask the user. DuckDB's binary makes it one bundle for each platform.
 *
 *   node scripts/bundle-desktop.ts [FILE] [--platform darwin|linux|win32] [--arch arm64|x64]
 *
 * https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { TOOLS } from '../src/mcp/tools/index.ts';
import { ROOT } from './bundle.ts';
import { install, pack } from './installed.ts';

const run = promisify(execFile);

export interface DesktopTarget {
  platform: string;
  arch: string;
}

const THIS_MACHINE: DesktopTarget = { platform: process.platform, arch: process.arch };

/** @returns the bundle's path */
export async function bundleDesktop(file: string, target: DesktopTarget = THIS_MACHINE): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-mcpb-'));
  try {
    const bundle = join(folder, 'bundle');
    await mkdir(bundle);
    const platform = [`--os=${target.platform}`, `--cpu=${target.arch}`, '--libc=glibc'];
    install(
      bundle,
      [pack(ROOT, folder, { types: false })],
      [...platform, '--omit=dev', '--ignore-scripts', '--no-save'],
    );
    await writeFile(join(bundle, 'manifest.json'), JSON.stringify(desktopManifest(target.platform), null, 2));
    await run(process.execPath, [join(ROOT, 'node_modules/.bin/mcpb'), 'pack', bundle, resolve(file)]);
    return resolve(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the host shows, asks and starts. */
export function desktopManifest(platform: string) {
  const entry = 'node_modules/bedrock-spend/bin/bedrock-spend.js';
  return {
    manifest_version: '0.3',
    name: packageJson.name,
    display_name: 'Bedrock Spend',
    version: packageJson.version,
    description: packageJson.description,
    author: { name: 'bedrock-spend' },
    license: packageJson.license,
    repository: packageJson.repository,
    server: {
      type: 'node',
      entry_point: entry,
      mcp_config: {
        command: 'node',
        // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the host fills these in
        args: [`\${__dirname}/${entry}`, 'stdio'],
        env: {
          BEDROCK_SPEND_SOURCE: '${user_config.source}',
          BEDROCK_SPEND_MAX_SCAN_USD: '${user_config.max_scan_usd}',
          AWS_PROFILE: '${user_config.aws_profile}',
          AWS_REGION: '${user_config.aws_region}',
        },
        // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the host fills these in
      },
    },
    user_config: {
      source: {
        type: 'string',
        title: 'Where the logs are',
        description:
          'A folder of Bedrock invocation logs, s3://BUCKET/PREFIX, cloudwatch:LOG-GROUP, athena:s3://BUCKET, or auto for what your AWS account has',
        required: true,
        default: 'auto',
      },
      aws_profile: {
        type: 'string',
        title: 'AWS profile',
        description: 'Whose credentials to read with; not needed for a folder',
        required: false,
        default: 'default',
      },
      aws_region: {
        type: 'string',
        title: 'AWS region',
        description: 'Whose logs to read, where the source names no region',
        required: false,
        default: 'us-east-1',
      },
      max_scan_usd: {
        type: 'string',
        title: 'Most dollars a question may cost',
        description:
          'AWS charges for what a query of CloudWatch Logs or Athena reads; more expensive questions are refused',
        required: false,
        default: '1',
      },
    },
    tools: TOOLS.map(({ name, description }) => ({ name, description: `${description.split(/\.\s/)[0]}.` })),
    tools_generated: false,
    compatibility: { platforms: [platform], runtimes: { node: packageJson.engines.node } },
    keywords: packageJson.keywords,
  };
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { platform: { type: 'string' }, arch: { type: 'string' } },
  });
  const { platform = THIS_MACHINE.platform, arch = THIS_MACHINE.arch } = values;
  const [file = `${packageJson.name}-${packageJson.version}-${platform}-${arch}.mcpb`] = positionals;
  console.log(await bundleDesktop(file, { platform, arch }));
}
