/** How a host reaches this server: by starting it, or at a URL. */
export type Launch =
  | { command: string; args: readonly string[] }
  /** `keyVariable`: the environment variable of the user that holds the API key; undefined: none is needed. */
  | { url: string; keyVariable?: string | undefined };

/** Something to paste, and where. */
export interface HostSettings {
  host: string;
  /** A file, or `terminal`. */
  where: string;
  text: string;
}

const NAME = 'bedrock-spend';

/** Ready-to-paste settings for each host. A key is never in them: they name the variable that holds it, as each host writes that. */
export function hostSettings(launch: Launch): HostSettings[] {
  return [
    claudeCode(launch),
    claudeDesktop(launch),
    cursor(launch),
    vsCode(launch),
    kiro(launch),
    inspector(launch),
  ].filter((settings) => settings !== undefined);
}

/** https://code.claude.com/docs/en/mcp: its file takes variables where a command line would show the key to every process. */
function claudeCode(launch: Launch): HostSettings {
  const host = 'Claude Code';
  if ('url' in launch && launch.keyVariable) {
    const server = { type: 'http', ...remote(launch, (variable) => `\${${variable}}`) };
    return { host, where: '.mcp.json', text: json({ mcpServers: { [NAME]: server } }) };
  }
  const target =
    'command' in launch
      ? `${NAME} -- ${[launch.command, ...launch.args].map(quoted).join(' ')}`
      : `--transport http ${NAME} ${quoted(launch.url)}`;
  return { host, where: 'terminal', text: `claude mcp add ${target}` };
}

/** https://modelcontextprotocol.io/docs/develop/connect-local-servers. Its file takes servers that it starts itself, no URLs. */
function claudeDesktop(launch: Launch): HostSettings | undefined {
  if (!('command' in launch)) return undefined;
  return {
    host: 'Claude Desktop',
    where: 'claude_desktop_config.json',
    text: json({ mcpServers: { [NAME]: launch } }),
  };
}

/** https://cursor.com/docs/context/mcp */
function cursor(launch: Launch): HostSettings {
  const server = 'command' in launch ? launch : remote(launch, (variable) => `\${env:${variable}}`);
  return { host: 'Cursor', where: '.cursor/mcp.json', text: json({ mcpServers: { [NAME]: server } }) };
}

/** https://code.visualstudio.com/docs/agents/reference/mcp-configuration: it asks for the key once and keeps it in its secret storage. */
function vsCode(launch: Launch): HostSettings {
  const where = '.vscode/mcp.json';
  if ('command' in launch)
    return { host: 'VS Code', where, text: json({ servers: { [NAME]: { type: 'stdio', ...launch } } }) };
  const id = `${NAME}-key`;
  const inputs = [{ type: 'promptString', id, description: 'API key of bedrock-spend', password: true }];
  const server = { type: 'http', ...remote(launch, () => `\${input:${id}}`) };
  return {
    host: 'VS Code',
    where,
    text: json({ servers: { [NAME]: server }, ...(launch.keyVariable ? { inputs } : {}) }),
  };
}

/** https://kiro.dev/docs/mcp/configuration */
function kiro(launch: Launch): HostSettings {
  const server = 'command' in launch ? launch : remote(launch, (variable) => `\${${variable}}`);
  return { host: 'Kiro', where: '.kiro/settings/mcp.json', text: json({ mcpServers: { [NAME]: server } }) };
}

/** https://github.com/modelcontextprotocol/inspector */
function inspector(launch: Launch): HostSettings {
  const target =
    'command' in launch
      ? [launch.command, ...launch.args].map(quoted).join(' ')
      : `${quoted(launch.url)} --transport http${launch.keyVariable ? ` --header "x-api-key: $${launch.keyVariable}"` : ''}`;
  return { host: 'Inspector', where: 'terminal', text: `npx @modelcontextprotocol/inspector ${target}` };
}

function remote({ url, keyVariable }: Extract<Launch, { url: string }>, reference: (variable: string) => string) {
  return { url, ...(keyVariable ? { headers: { 'x-api-key': reference(keyVariable) } } : {}) };
}

const json = (value: unknown) => JSON.stringify(value, null, 2);

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
