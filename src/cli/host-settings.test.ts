import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { type HostSettings, hostSettings, settingsOf } from './host-settings.ts';
import type { Launch } from './hosts/host.ts';
import { HOSTS } from './hosts/index.ts';

const VARIABLE = 'BEDROCK_SPEND_API_KEY';
const STARTED: Launch = { command: 'npx', args: ['-y', 'bedrock-spend', 'stdio', '--source', "/logs/bob's"] };
const REMOTE: Launch = { url: 'https://example.com/mcp', keyVariable: VARIABLE };
const OPEN: Launch = { url: 'http://127.0.0.1:3000/mcp' };

const PARSE: Readonly<Record<string, (text: string) => unknown>> = {
  json: JSON.parse,
  yaml: parse,
  // Node has no reader of TOML, Python has.
  toml: (text) =>
    JSON.parse(
      execFileSync(
        'python3',
        ['-c', 'import json,sys,tomllib; json.dump(tomllib.loads(sys.stdin.read()), sys.stdout)'],
        {
          input: text,
          encoding: 'utf8',
        },
      ),
    ),
};

/** As each host documents its file: no more fields than those, each of its kind. */
const strings = z.record(z.string(), z.string());
const command = { command: z.string(), args: z.array(z.string()).optional() };
const url = { url: z.url(), headers: strings.optional() };
const started = z.strictObject(command);
const remote = z.strictObject(url);
const typed = (http: string) =>
  z.union([
    z.strictObject({ type: z.literal('stdio').optional(), ...command }),
    z.strictObject({ type: z.literal(http), ...url }),
  ]);
const under = (key: string, server: z.ZodType) =>
  z.strictObject({ [key]: z.record(z.string().regex(/^[a-z][\w-]*$/), server) });

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'Claude Code': under('mcpServers', typed('http')),
  'Claude Desktop': under('mcpServers', started),
  Cursor: under('mcpServers', z.union([started, remote])),
  'VS Code': under('servers', typed('http')).extend({
    inputs: z
      .array(
        z.strictObject({
          type: z.literal('promptString'),
          id: z.string(),
          description: z.string(),
          password: z.literal(true),
        }),
      )
      .optional(),
  }),
  Kiro: under('mcpServers', z.union([started, remote])),
  Codex: under(
    'mcp_servers',
    z.union([started, z.strictObject({ url: z.url(), env_http_headers: strings.optional() })]),
  ),
  'Gemini CLI': under(
    'mcpServers',
    z.union([started, z.strictObject({ httpUrl: z.url(), headers: strings.optional() })]),
  ),
  opencode: under(
    'mcp',
    z.union([
      z.strictObject({ type: z.literal('local'), command: z.array(z.string()) }),
      z.strictObject({ type: z.literal('remote'), ...url, oauth: z.literal(false).optional() }),
    ]),
  ).extend({ $schema: z.url() }),
  Windsurf: under(
    'mcpServers',
    z.union([started, z.strictObject({ serverUrl: z.url(), headers: strings.optional() })]),
  ),
  'Copilot CLI': under(
    'mcpServers',
    z.union([
      z.strictObject({ type: z.literal('stdio'), ...command, tools: z.tuple([z.literal('*')]) }),
      z.strictObject({ type: z.literal('http'), ...url, tools: z.tuple([z.literal('*')]) }),
    ]),
  ),
  Zed: under('context_servers', z.union([started, remote])),
  JetBrains: under('mcpServers', z.union([started, remote])),
  Goose: under(
    'extensions',
    z.object({
      enabled: z.literal(true),
      name: z.string(),
      type: z.enum(['stdio', 'streamable_http']),
      timeout: z.number(),
    }),
  ),
  Cline: under('mcpServers', z.union([started, z.strictObject({ type: z.literal('streamableHttp'), ...url })])),
  LibreChat: under('mcpServers', typed('streamable-http')),
  Inspector: under('mcpServers', typed('http')),
};

const LAUNCHES: readonly [string, Launch][] = [
  ['a server they start', STARTED],
  ['a server at a URL', REMOTE],
  ['a server at a URL without a key', OPEN],
];

const files = (launch: Launch) => HOSTS.flatMap(({ command: _, ...host }) => settingsOf(host, launch) ?? []);
const commands = (launch: Launch) => hostSettings(launch).filter(({ where }) => where === 'terminal');
/** Every text in it. */
const leaves = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];
const read = ({ format, text }: HostSettings) => PARSE[format]?.(text);

describe('settings for hosts', () => {
  it.each(LAUNCHES)('can be read in their format, and fit each host’s documented schema: %s', (_, launch) => {
    const wrong = files(launch).flatMap((settings) => SCHEMAS[settings.host]?.safeParse(read(settings)).error ?? []);
    expect(wrong).toEqual([]);
    expect(HOSTS.filter(({ name }) => SCHEMAS[name] === undefined)).toEqual([]);
  });

  it('are there for every host, but where a key would have to be written down', () => {
    const without = (launch: Launch) =>
      HOSTS.filter(({ name }) => !hostSettings(launch).some(({ host }) => host === name)).map(({ name }) => name);
    expect([without(STARTED), without(REMOTE), without(OPEN)]).toEqual([[], ['Claude Desktop', 'Cline'], []]);
  });

  it('name the variable with the key as each host fills it in, and ask for it in VS Code', () => {
    const references = files(REMOTE).map((settings) => [
      settings.host,
      leaves(read(settings)).findLast((text) => text.includes(VARIABLE) || text.includes(':bedrock-spend-key')),
    ]);
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: each host's own way to write a variable
    expect(Object.fromEntries(references)).toEqual({
      'Claude Code': '${BEDROCK_SPEND_API_KEY}',
      Cursor: '${env:BEDROCK_SPEND_API_KEY}',
      'VS Code': '${input:bedrock-spend-key}',
      Kiro: '${BEDROCK_SPEND_API_KEY}',
      Codex: 'BEDROCK_SPEND_API_KEY',
      'Gemini CLI': '$BEDROCK_SPEND_API_KEY',
      opencode: '{env:BEDROCK_SPEND_API_KEY}',
      Windsurf: '${env:BEDROCK_SPEND_API_KEY}',
      'Copilot CLI': '${BEDROCK_SPEND_API_KEY}',
      Zed: 'x-api-key:${BEDROCK_SPEND_API_KEY}',
      JetBrains: 'x-api-key:${BEDROCK_SPEND_API_KEY}',
      Goose: '${BEDROCK_SPEND_API_KEY}',
      LibreChat: '${BEDROCK_SPEND_API_KEY}',
      Inspector: undefined,
    });
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: each host's own way to write a variable
  });

  it('never have a key in a command, where every process would see it', () => {
    expect(commands(REMOTE).map(({ host }) => host)).toEqual(['Inspector']);
    expect(commands(REMOTE).filter(({ text }) => /key|header/i.test(text))).toEqual([]);
  });

  it('can be pasted into a shell', () => {
    const [claude] = commands(STARTED);
    expect(claude?.text).toBe(`claude mcp add bedrock-spend -- npx -y bedrock-spend stdio --source '/logs/bob'\\''s'`);
  });

  it('can be opened with one click, with the same settings', () => {
    const linked = Object.fromEntries(hostSettings(REMOTE).map(({ host, link }) => [host, new URL(link ?? 'none:')]));
    const cursor = (linked['Cursor'] as URL).searchParams;
    expect(cursor.get('name')).toBe('bedrock-spend');
    const [inCursor, inCode] = ['Cursor', 'VS Code'].map(
      (name) => files(REMOTE).find(({ host }) => host === name)?.text,
    );
    expect(JSON.parse(atob(cursor.get('config') as string))).toEqual(
      JSON.parse(inCursor as string).mcpServers['bedrock-spend'],
    );
    const { name, inputs, ...server } = JSON.parse(decodeURIComponent((linked['VS Code'] as URL).search.slice(1)));
    expect({ servers: { [name]: server }, inputs }).toEqual(JSON.parse(inCode as string));
  });
});
