import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { hostSettings, type Launch } from './host-settings.ts';

const STARTED: Launch = { command: 'npx', args: ['-y', 'bedrock-spend', 'stdio', '--source', "/logs/bob's"] };
const REMOTE: Launch = { url: 'https://example.com/mcp', keyVariable: 'BEDROCK_SPEND_API_KEY' };

/** As each host documents its file: no more fields than those, each of its kind. */
const strings = z.record(z.string(), z.string());
const command = { command: z.string(), args: z.array(z.string()).optional(), env: strings.optional() };
const url = { url: z.url(), headers: strings.optional() };
const servers = (...kinds: z.ZodObject[]) => z.strictObject({ mcpServers: z.record(z.string(), z.union(kinds)) });

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  // https://code.claude.com/docs/en/mcp
  '.mcp.json': servers(
    z.strictObject({ type: z.literal('stdio').optional(), ...command }),
    z.strictObject({ type: z.enum(['http', 'sse']), ...url }),
  ),
  // https://modelcontextprotocol.io/docs/develop/connect-local-servers
  'claude_desktop_config.json': servers(z.strictObject(command)),
  // https://cursor.com/docs/context/mcp
  '.cursor/mcp.json': servers(
    z.strictObject({ type: z.literal('stdio').optional(), envFile: z.string().optional(), ...command }),
    z.strictObject(url),
  ),
  // https://code.visualstudio.com/docs/agents/reference/mcp-configuration
  '.vscode/mcp.json': z.strictObject({
    servers: z.record(
      z.string().regex(/^[a-zA-Z][\w-]*$/),
      z.union([
        z.strictObject({ type: z.literal('stdio'), envFile: z.string().optional(), ...command }),
        z.strictObject({ type: z.enum(['http', 'sse']), ...url }),
      ]),
    ),
    inputs: z
      .array(
        z.strictObject({
          type: z.literal('promptString'),
          id: z.string(),
          description: z.string(),
          password: z.boolean().optional(),
        }),
      )
      .optional(),
  }),
  // https://kiro.dev/docs/mcp/configuration
  '.kiro/settings/mcp.json': servers(
    z.strictObject({ ...command, disabled: z.boolean().optional(), autoApprove: z.array(z.string()).optional() }),
    z.strictObject({ ...url, disabled: z.boolean().optional(), autoApprove: z.array(z.string()).optional() }),
  ),
};

const files = (launch: Launch) => hostSettings(launch).filter(({ where }) => where !== 'terminal');
const commands = (launch: Launch) =>
  Object.fromEntries(
    hostSettings(launch)
      .filter(({ where }) => where === 'terminal')
      .map(({ host, text }) => [host, text]),
  );

describe('settings for hosts', () => {
  it.each([
    ['a server they start', STARTED],
    ['a server at a URL', REMOTE],
    ['a server at a URL without a key', { url: 'http://127.0.0.1:3000/mcp' }],
  ])('fit each host’s documented schema: %s', (_, launch) => {
    expect(files(launch).length).toBeGreaterThan(2);
    const wrong = files(launch).flatMap(({ where, text }) => SCHEMAS[where]?.safeParse(JSON.parse(text)).error ?? []);
    expect(wrong).toEqual([]);
    expect(files(launch).filter(({ where }) => SCHEMAS[where] === undefined)).toEqual([]);
  });

  it('name the variable with the key as each host fills it in, and ask for it in VS Code', () => {
    const headers = files(REMOTE).map(({ host, text }) => [host, /"x-api-key": "(.*)"/.exec(text)?.[1]]);
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: each host's own way to write a variable
    expect(Object.fromEntries(headers)).toEqual({
      'Claude Code': '${BEDROCK_SPEND_API_KEY}',
      Cursor: '${env:BEDROCK_SPEND_API_KEY}',
      'VS Code': '${input:bedrock-spend-key}',
      Kiro: '${BEDROCK_SPEND_API_KEY}',
    });
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: each host's own way to write a variable
    expect(JSON.parse(files(REMOTE).find(({ host }) => host === 'VS Code')?.text ?? '').inputs[0].id).toBe(
      'bedrock-spend-key',
    );
  });

  it('can be pasted into a shell', () => {
    expect(commands(STARTED)['Claude Code']).toBe(
      `claude mcp add bedrock-spend -- npx -y bedrock-spend stdio --source '/logs/bob'\\''s'`,
    );
    expect(commands(REMOTE)['Inspector']).toBe(
      'npx @modelcontextprotocol/inspector https://example.com/mcp --transport http --header "x-api-key: $BEDROCK_SPEND_API_KEY"',
    );
  });
});
