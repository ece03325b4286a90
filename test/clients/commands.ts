import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client as McpClient } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type HostSettings, settingsOf } from '../../src/cli/host-settings.ts';
import { type Remote, throughMcpRemote } from '../../src/cli/hosts/host.ts';
import { HOSTS } from '../../src/cli/hosts/index.ts';
import { type Client, ClientFailure, type Context } from './client.ts';
import { binOf } from './install.ts';
import { headersOf } from './libraries.ts';
import { QUESTION } from './record.ts';
import { runProgram } from './run-program.ts';

/** Programs that call tools for people and scripts, without a model. */
export const COMMANDS: readonly Client[] = [
  {
    name: 'Inspector CLI',
    packages: ['@modelcontextprotocol/inspector@2.12.0'],
    note: 'takes a 401 for OAuth (modelcontextprotocol/inspector#167)',
    async ask(context) {
      const config = await settingsFile(context, 'Inspector', 'mcp.json');
      const headers = Object.entries(headersOf(context.target)).flatMap(([name, value]) => [
        '--header',
        `${name}: ${value}`,
      ]);
      const inspect = async (...args: string[]) =>
        (
          await runProgram(context, [
            binOf(context.installed, 'mcp-inspector'),
            ...['--cli', '--config', config, '--server', 'bedrock-spend', ...headers, ...args],
          ])
        ).out;
      const { tools } = JSON.parse(await inspect('--method', 'tools/list'));
      const args = Object.entries(QUESTION).map(([name, value]) => `${name}=${written(value)}`);
      const call = [
        '--method',
        'tools/call',
        '--tool-name',
        'breakdown_spend',
        ...args.flatMap((arg) => ['--tool-arg', arg]),
      ];
      return { tools: tools.length, sent: await inspect(...call) };
    },
  },
  {
    name: 'mcporter',
    packages: ['mcporter@0.12.3'],
    note: 'shows the failure of its fallback to SSE in place of the answer to it (openclaw/mcporter#122)',
    async ask(context) {
      // It reads the same file as Claude Code.
      const config = await settingsFile(context, 'Claude Code', 'mcporter.json');
      const port = async (...args: string[]) =>
        (await runProgram(context, [binOf(context.installed, 'mcporter'), '--config', config, ...args])).out;
      const listed = JSON.parse(await port('list', 'bedrock-spend', '--json', '--no-oauth'));
      if (listed.status !== 'ok') throw new ClientFailure(listed.error ?? JSON.stringify(listed));
      const call = ['call', 'bedrock-spend.breakdown_spend', '--args', JSON.stringify(QUESTION), '--no-oauth'];
      return { tools: listed.tools.length, sent: await port(...call) };
    },
  },
  {
    name: 'mcp-remote',
    packages: ['mcp-remote@0.15.1'],
    note: 'takes a 401 for OAuth, and registers at /register (punkpeye/mcp-remote#241)',
    cannot: { stdio: 'is for servers at URLs' },
    async ask({ installed, home, target }) {
      const [, , ...args] = throughMcpRemote(target.launch as Remote).args;
      const said: string[] = [];
      const transport = new StdioClientTransport({
        command: binOf(installed, 'mcp-remote'),
        args: [(target.launch as Remote).url, ...args],
        env: { PATH: process.env['PATH'] as string, HOME: home, BROWSER: 'true', ...target.env },
        stderr: 'pipe',
      });
      transport.stderr?.on('data', (chunk) => said.push(String(chunk)));
      const client = new McpClient({ name: 'behind-mcp-remote', version: '1' });
      try {
        await client.connect(transport, { timeout: 30_000 });
        const { tools } = await client.listTools();
        return {
          tools: tools.length,
          sent: JSON.stringify(await client.callTool({ name: 'breakdown_spend', arguments: QUESTION })),
        };
      } catch (error) {
        throw new ClientFailure(said.join('') || String(error));
      } finally {
        await client.close();
      }
    },
  },
];

/** What `bedrock-spend config` prints for a host, of its file. */
export function settingsOfHost({ target }: Pick<Context, 'target'>, host: string): HostSettings {
  const { command: _, ...of } = HOSTS.find(({ name }) => name === host) as (typeof HOSTS)[number];
  const settings = settingsOf(of, target.launch);
  if (settings === undefined) throw new Error(`no settings for ${host}`);
  return settings;
}

/** The same, as a file in the client's own folder. */
export async function settingsFile(context: Context, host: string, name: string): Promise<string> {
  const path = join(context.home, name);
  await writeFile(path, settingsOfHost(context, host).text);
  return path;
}

const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
