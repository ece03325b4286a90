import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hostSettings } from '../../src/cli/host-settings.ts';
import { type Client, ClientFailure, type Context, type Seen } from './client.ts';
import { settingsFile, settingsOfHost } from './commands.ts';
import { binOf } from './install.ts';
import { runProgram, type Said } from './run-program.ts';

const TRUSTED = { GEMINI_CLI_TRUST_WORKSPACE: 'true' };
/** Tried with ${VAR} and ${env:VAR}. */
const NO_VARIABLES = 'sends headers as they are written';
const PROMPT = 'What did each note cost in October 2026? Call breakdown_spend.';

/** Hosts that people talk to, each with the settings that `bedrock-spend config` prints for it. */
export const HOST_CLIENTS: readonly Client[] = [
  {
    name: 'Claude Code',
    packages: ['@anthropic-ai/claude-code@2.1.332'],
    heavy: true,
    note: 'gives its model the data in place of the text (anthropics/claude-code#79944); takes a 401 for OAuth and tries to register (anthropics/claude-code#93320), where it is told of the key',
    async ask(context) {
      const { installed, model } = context;
      const config = await settingsFile(context, 'Claude Code', '.mcp.json');
      const command = [
        '-p',
        PROMPT,
        '--mcp-config',
        config,
        '--strict-mcp-config',
        '--allowedTools',
        'mcp__bedrock-spend',
      ];
      const said = await runProgram(context, [binOf(installed, 'claude'), ...command], {
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: 'stand-in',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        // Its model is offered all tools at once, and not before the server is there: the stand-in searches for none.
        ENABLE_TOOL_SEARCH: 'false',
        MCP_CONNECTION_NONBLOCKING: '0',
      });
      return seenBy(context, said);
    },
    async status(context) {
      const command = hostSettings(context.target.launch).find(({ host }) => host === 'Claude Code')?.text ?? '';
      const [, ...add] = command.split(' ');
      await runProgram(context, [binOf(context.installed, 'claude'), ...add]);
      return statusOf(context, 'claude');
    },
  },
  {
    name: 'Codex',
    packages: ['@openai/codex@0.171.0'],
    heavy: true,
    note: 'leaves a server out that did not start, without a word (openai/codex#42079)',
    async ask(context) {
      const { installed, home, model } = context;
      const provider = [
        'model = "gpt-5"',
        'model_provider = "stand-in"',
        '[model_providers.stand-in]',
        'name = "stand-in"',
        `base_url = "${model.url}/v1"`,
        'wire_api = "responses"',
        '',
      ].join('\n');
      await write(join(home, '.codex/config.toml'), `${provider}\n${settingsOfHost(context, 'Codex').text}\n`);
      const command = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', PROMPT];
      return seenBy(context, await runProgram(context, [binOf(installed, 'codex'), ...command]));
    },
    status: (context) => statusOf(context, 'codex'),
  },
  {
    name: 'Gemini CLI',
    packages: ['@google/gemini-cli@0.61.0'],
    heavy: true,
    note: 'does not say why a server is not there (google-gemini/gemini-cli#27431)',
    async ask(context) {
      const { installed, home, model } = context;
      const settings = JSON.parse(settingsOfHost(context, 'Gemini CLI').text);
      const auth = {
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
      };
      await write(join(home, '.gemini/settings.json'), JSON.stringify({ ...settings, ...auth }));
      const said = await runProgram(
        context,
        [binOf(installed, 'gemini'), '--yolo', '--model', 'gemini-2.5-flash', '-p', PROMPT],
        {
          GOOGLE_GEMINI_BASE_URL: model.url,
          GEMINI_API_KEY: 'stand-in',
          ...TRUSTED,
        },
      );
      return seenBy(context, said);
    },
    status: (context) => statusOf(context, 'gemini', TRUSTED),
  },
  {
    name: 'opencode',
    packages: ['opencode-ai@1.18.33'],
    heavy: true,
    note: 'gives its model the text alone (anomalyco/opencode#38923)',
    async ask(context) {
      const { installed, home, model } = context;
      const settings = JSON.parse(settingsOfHost(context, 'opencode').text);
      const provider = {
        npm: '@ai-sdk/openai-compatible',
        options: { baseURL: `${model.url}/v1`, apiKey: 'stand-in' },
        models: { model: { name: 'model', tool_call: true } },
      };
      await write(join(home, 'opencode.json'), JSON.stringify({ ...settings, provider: { 'stand-in': provider } }));
      const command = ['run', '--model', 'stand-in/model', PROMPT];
      const said = await runProgram(context, [binOf(installed, 'opencode'), ...command], {
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_AUTOUPDATE: '1',
      });
      return seenBy(context, said);
    },
    status: (context) => statusOf(context, 'opencode'),
  },
  {
    name: 'Copilot CLI',
    packages: ['@github/copilot@1.0.102'],
    heavy: true,
    async ask(context) {
      const { installed, home, model } = context;
      await write(join(home, '.copilot/mcp-config.json'), settingsOfHost(context, 'Copilot CLI').text);
      const said = await runProgram(context, [binOf(installed, 'copilot'), '-p', PROMPT, '--allow-all-tools'], {
        COPILOT_PROVIDER_BASE_URL: `${model.url}/v1`,
        COPILOT_MODEL: 'stand-in',
      });
      return seenBy(context, said);
    },
    status: (context) => statusOf(context, 'copilot'),
  },
  {
    name: 'Cline',
    packages: ['cline@3.0.65'],
    heavy: true,
    cannot: { 'HTTP with a key': NO_VARIABLES, Lambda: NO_VARIABLES },
    async ask(context) {
      const { installed, home, model } = context;
      await write(join(home, '.cline/data/settings/cline_mcp_settings.json'), settingsOfHost(context, 'Cline').text);
      const cline = binOf(installed, 'cline');
      const provider = ['-p', 'openai-compatible', '-k', 'stand-in', '-m', 'stand-in', '-b', `${model.url}/v1`];
      await runProgram(context, [cline, 'auth', ...provider]);
      return seenBy(context, await runProgram(context, [cline, '--auto-approve', 'true', PROMPT]));
    },
  },
];

function seenBy({ model }: Context, { all }: Said): Seen {
  if (model.sent() === '') throw new ClientFailure(all || 'nothing, and its model was not asked');
  return { tools: model.tools(), sent: model.sent() };
}

/** Its line on this server, without its URL. */
async function statusOf(context: Context, program: string, env?: Readonly<Record<string, string>>): Promise<string> {
  const { all } = await runProgram(context, [binOf(context.installed, program), 'mcp', 'list'], env);
  const line = all.split('\n').find((text) => text.includes('bedrock-spend')) ?? 'nothing';
  return `\`${program} mcp list\`: ${line
    .replace(/http:\S+/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()}`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
