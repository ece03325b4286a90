import { type Host, isStarted, type Launch, NAME, quoted, throughMcpRemote, withHeaders } from './host.ts';

const shell = (variable: string) => `\${${variable}}`;
const braced = (variable: string) => `\${env:${variable}}`;

const mcpServers = (server: object) => ({ mcpServers: { [NAME]: server } });
const READS = 'Its file names the environment variable.';
const VARIABLE_THROUGH = 'mcp-remote, which it starts, reads the environment variable.';

/** Every host that settings are printed for, as its own documentation has them. docs/hosts.md is made from this. */
export const HOSTS: readonly Host[] = [
  {
    name: 'Claude Code',
    file: '.mcp.json',
    format: 'json',
    page: 'https://code.claude.com/docs/en/mcp',
    seen: 'tried 2026-11-30',
    key: READS,
    settings: (launch) => mcpServers(isStarted(launch) ? launch : { type: 'http', ...withHeaders(launch, shell) }),
    // With a key its file is better: other processes would see it on a command line.
    command(launch) {
      if (isStarted(launch))
        return `claude mcp add ${NAME} -- ${[launch.command, ...launch.args].map(quoted).join(' ')}`;
      return launch.keyVariable ? undefined : `claude mcp add --transport http ${NAME} ${quoted(launch.url)}`;
    },
  },
  {
    name: 'Claude Desktop',
    file: 'claude_desktop_config.json',
    format: 'json',
    page: 'https://modelcontextprotocol.io/docs/develop/connect-local-servers',
    seen: 'read 2026-11',
    key: 'Not without writing it down: its file takes no URL and no variables, and what it starts sees few of yours.',
    settings(launch) {
      if (isStarted(launch)) return mcpServers(launch);
      return launch.keyVariable ? undefined : mcpServers(throughMcpRemote(launch));
    },
  },
  {
    name: 'Cursor',
    file: '.cursor/mcp.json',
    format: 'json',
    page: 'https://cursor.com/docs/context/mcp',
    seen: 'read 2026-11-30',
    key: READS,
    settings: (launch) => mcpServers(cursorServer(launch)),
    // https://cursor.com/docs/mcp/install-links, read 2026-11-30
    link: (launch) =>
      `cursor://anysphere.cursor-deeplink/mcp/install?name=${NAME}&config=${encodeURIComponent(base64(cursorServer(launch)))}`,
  },
  {
    name: 'VS Code',
    file: '.vscode/mcp.json',
    format: 'json',
    page: 'https://code.visualstudio.com/docs/agents/reference/mcp-configuration',
    seen: 'read 2026-11-30',
    key: 'It asks once, and keeps it in its secret storage.',
    settings: (launch) => ({ servers: { [NAME]: vsCodeServer(launch) }, ...vsCodeInputs(launch) }),
    // https://code.visualstudio.com/docs/copilot/guides/mcp-developer-guide, read 2026-11-30
    link: (launch) =>
      `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: NAME, ...vsCodeServer(launch), ...vsCodeInputs(launch) }))}`,
  },
  {
    name: 'Kiro',
    file: '.kiro/settings/mcp.json',
    format: 'json',
    page: 'https://kiro.dev/docs/mcp/configuration',
    seen: 'read 2026-11-30',
    key: READS,
    settings: (launch) => mcpServers(isStarted(launch) ? launch : withHeaders(launch, shell)),
  },
  {
    name: 'Codex',
    file: '~/.codex/config.toml',
    format: 'toml',
    page: 'https://developers.openai.com/codex/mcp',
    seen: 'tried 2026-11-30',
    key: 'Its file names the environment variable. Without it, Codex leaves the tools out and says nothing.',
    settings: (launch) => ({ mcp_servers: { [NAME]: codexServer(launch) } }),
  },
  {
    name: 'Gemini CLI',
    file: '~/.gemini/settings.json',
    format: 'json',
    page: 'https://geminicli.com/docs/tools/mcp-server',
    seen: 'tried 2026-11-30',
    key: 'Its file names the environment variable; `gemini mcp add --header` would write the key itself there.',
    settings(launch) {
      if (isStarted(launch)) return mcpServers(launch);
      const { url: httpUrl, ...headers } = withHeaders(launch, (variable) => `$${variable}`);
      return mcpServers({ httpUrl, ...headers });
    },
  },
  {
    name: 'opencode',
    file: 'opencode.json',
    format: 'json',
    page: 'https://opencode.ai/v1/docs/mcp-servers',
    seen: 'tried 2026-11-30',
    key: `${READS} Version 2 has the same under \`mcp.servers\`, where it is no longer \`enabled\` but \`disabled\`.`,
    settings(launch) {
      const server = isStarted(launch)
        ? { type: 'local', command: [launch.command, ...launch.args] }
        : {
            type: 'remote',
            ...withHeaders(launch, (variable) => `{env:${variable}}`),
            ...(launch.keyVariable && { oauth: false }),
          };
      return { $schema: 'https://opencode.ai/config.json', mcp: { [NAME]: server } };
    },
  },
  {
    name: 'Windsurf',
    file: '~/.codeium/windsurf/mcp_config.json',
    format: 'json',
    page: 'https://docs.windsurf.com/windsurf/cascade/mcp',
    seen: 'read 2026-11-30',
    key: READS,
    settings(launch) {
      if (isStarted(launch)) return mcpServers(launch);
      const { url: serverUrl, ...headers } = withHeaders(launch, braced);
      return mcpServers({ serverUrl, ...headers });
    },
  },
  {
    name: 'Copilot CLI',
    file: '~/.copilot/mcp-config.json',
    format: 'json',
    page: 'https://docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-mcp-servers',
    seen: 'tried 2026-11-30',
    key: READS,
    settings: (launch) =>
      mcpServers({
        ...(isStarted(launch) ? { type: 'stdio', ...launch } : { type: 'http', ...withHeaders(launch, shell) }),
        tools: ['*'],
      }),
  },
  {
    name: 'Zed',
    file: '~/.config/zed/settings.json',
    format: 'json',
    page: 'https://zed.dev/docs/ai/mcp',
    seen: 'read 2026-11-30',
    key: `It sends headers as they are written (zed-industries/zed#60459), so: ${VARIABLE_THROUGH}`,
    settings: (launch) => ({ context_servers: { [NAME]: startedWithKey(launch) } }),
  },
  {
    name: 'JetBrains',
    file: 'Settings | Tools | AI Assistant | Model Context Protocol',
    format: 'json',
    page: 'https://www.jetbrains.com/help/ai-assistant/mcp.html',
    seen: 'told by zuplo.com/learn/mcp/compatibility, 2026-07-31',
    key: `Its page names no headers, so: ${VARIABLE_THROUGH} Junie’s page has no URLs at all.`,
    settings: (launch) => mcpServers(startedWithKey(launch)),
  },
  {
    name: 'Goose',
    file: '~/.config/goose/config.yaml',
    format: 'yaml',
    page: 'https://block.github.io/goose/docs/guides/config-files',
    seen: 'read 2026-11-30',
    key: 'Its file names the environment variable (aaif-goose/goose#5439).',
    settings: (launch) => ({ extensions: { [NAME]: gooseExtension(launch) } }),
  },
  {
    name: 'Cline',
    file: 'cline_mcp_settings.json',
    format: 'json',
    page: 'https://docs.cline.bot/mcp/mcp-overview',
    seen: 'tried 2026-11-30',
    key: 'Not without writing it down: it sends headers as they are written, and what it starts sees few of your variables (cline/cline#3533).',
    settings(launch) {
      if (isStarted(launch)) return mcpServers(launch);
      return launch.keyVariable ? undefined : mcpServers({ type: 'streamableHttp', url: launch.url });
    },
  },
  {
    name: 'LibreChat',
    file: 'librechat.yaml',
    format: 'yaml',
    page: 'https://www.librechat.ai/docs/configuration/librechat_yaml/object_structure/mcp_servers',
    seen: 'read 2026-11-30',
    key: 'Its file names the environment variable (of the server that runs LibreChat).',
    settings: (launch) =>
      mcpServers(
        isStarted(launch) ? { type: 'stdio', ...launch } : { type: 'streamable-http', ...withHeaders(launch, shell) },
      ),
  },
  {
    name: 'Inspector',
    file: 'mcp.json',
    format: 'json',
    page: 'https://github.com/modelcontextprotocol/inspector',
    seen: 'tried 2026-11-30',
    key: 'It reads no variables: enter the header `x-api-key` in its page. `--header` would show the key to other processes.',
    settings: (launch) => mcpServers(isStarted(launch) ? launch : { type: 'http', url: launch.url }),
    command(launch) {
      const target = isStarted(launch)
        ? [launch.command, ...launch.args].map(quoted).join(' ')
        : `${quoted(launch.url)} --transport http`;
      return `npx @modelcontextprotocol/inspector ${target}`;
    },
  },
];

const cursorServer = (launch: Launch) => (isStarted(launch) ? launch : withHeaders(launch, braced));

const VS_CODE_KEY = `${NAME}-key`;

const vsCodeServer = (launch: Launch): object =>
  isStarted(launch)
    ? { type: 'stdio', ...launch }
    : { type: 'http', ...withHeaders(launch, () => `\${input:${VS_CODE_KEY}}`) };

function vsCodeInputs(launch: Launch): object {
  if (isStarted(launch) || !launch.keyVariable) return {};
  return {
    inputs: [{ type: 'promptString', id: VS_CODE_KEY, description: 'API key of bedrock-spend', password: true }],
  };
}

function codexServer(launch: Launch): object {
  if (isStarted(launch)) return launch;
  const { url, keyVariable } = launch;
  return { url, ...(keyVariable ? { env_http_headers: { 'x-api-key': keyVariable } } : {}) };
}

function startedWithKey(launch: Launch): object {
  if (isStarted(launch)) return launch;
  return launch.keyVariable ? throughMcpRemote(launch) : { url: launch.url };
}

function gooseExtension(launch: Launch): object {
  const common = { enabled: true, name: NAME, description: 'What did Amazon Bedrock cost, who spent it, and why' };
  if (isStarted(launch)) return { ...common, type: 'stdio', cmd: launch.command, args: launch.args, timeout: 300 };
  const { url: uri, ...headers } = withHeaders(launch, shell);
  const keys = launch.keyVariable ? { env_keys: [launch.keyVariable] } : {};
  return { ...common, type: 'streamable_http', uri, ...keys, ...headers, timeout: 300 };
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
