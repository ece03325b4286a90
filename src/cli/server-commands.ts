import { type Command, Option } from 'commander';
import { AUTH_KINDS, ERAS } from '../client/options.ts';
import { EXAMPLES } from './examples.ts';
import {
  type AddCommand,
  addSource,
  atLeastOne,
  commandsOf,
  csvOption,
  jsonObject,
  jsonOption,
  lengthOfTime,
  settingOption,
  urlOption,
} from './options.ts';

/** Commands that are or use an MCP server, and those that set one up. */
export function addServerCommands(command: AddCommand, program: Command, finish: (exitCode: number) => void): void {
  addSource(command('call', 'Call one MCP tool', async () => (await import('./call.ts')).runCall))
    .argument('<tool>', 'name of the tool; "call list" shows them')
    .option('--args <json>', 'the tool’s input as a JSON object', jsonObject, {})
    .addOption(urlOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES.call);

  command(
    'connect',
    'A shell on an MCP server: tools, resources, prompts; a script from a pipe',
    async () => (await import('./connect.ts')).runConnect,
  )
    .argument('[server]', 'address of the server, or the name of a profile')
    .addOption(new Option('--era <era>', 'the protocol’s: 2025 has sessions, 2026 has none').choices(ERAS))
    .option('--record <file>', 'save what goes over the wire, without secrets, as JSON lines')
    .addOption(new Option('--json', 'print answers as JSON').conflicts('csv'))
    .addOption(csvOption())
    .option('--no-color', 'print without colours')
    .addHelpText('after', EXAMPLES.connect);

  const profiles = program
    .command('profiles')
    .description('Servers under a name, for connect and --url')
    .exitOverride();
  const profileCommand = commandsOf(profiles, finish);
  profileCommand(
    'add',
    'Give a server a name; its key is asked for, read from a pipe or from BEDROCK_SPEND_API_KEY',
    async () => (await import('./profiles.ts')).runProfilesAdd,
  )
    .argument('<name>')
    .argument('<url>')
    .addOption(new Option('--era <era>', 'the protocol’s era').choices(ERAS).default('auto'))
    .addOption(new Option('--auth <kind>', 'what the server wants to be shown').choices(AUTH_KINDS).default('none'));
  profileCommand('list', 'Show them', async () => (await import('./profiles.ts')).runProfilesList)
    .addOption(new Option('--json', 'print one JSON object'))
    .option('--no-color', 'print without colours');
  profileCommand(
    'remove',
    'Forget one, and its key',
    async () => (await import('./profiles.ts')).runProfilesRemove,
  ).argument('<name>');
  profiles.addHelpText('after', EXAMPLES.profiles);

  addSource(command('serve', 'The MCP server over Streamable HTTP', async () => (await import('./serve.ts')).runServe))
    .addOption(settingOption('host'))
    .addOption(settingOption('port'))
    .addOption(settingOption('sessionIdleMinutes'))
    .addOption(settingOption('sessionTable'))
    .addOption(settingOption('maxDayUsd'))
    .addOption(settingOption('maxClientDayUsd'))
    .addOption(settingOption('keepScans'))
    .addOption(settingOption('getStream'))
    .addOption(settingOption('keys'))
    .addOption(settingOption('rateLimit'))
    .addOption(settingOption('allowedHosts'))
    .addOption(settingOption('allowedOrigins'))
    .addOption(settingOption('policy'))
    .addOption(settingOption('audit'))
    .addOption(settingOption('toolData'))
    .addHelpText('after', EXAMPLES.serve);

  const keys = program
    .command('keys')
    .description('API keys for “serve”: who may call it')
    .exitOverride()
    .addHelpText('after', EXAMPLES.keys);
  const keyCommand = commandsOf(keys, finish);
  keyCommand('create', 'Make a key and print it, once', async () => (await import('./keys.ts')).runCreateKey)
    .argument('<name>', 'who or what it is for')
    .option('--expires <time>', 'when it ends, from now: 12h, 90d', lengthOfTime)
    .option('--rate <requests>', 'most requests a minute; default: the server’s', atLeastOne)
    .addOption(settingOption('keys'))
    .addOption(new Option('--json', 'print one JSON object'));
  keyCommand('list', 'The keys, without what they are', async () => (await import('./keys.ts')).runListKeys)
    .addOption(settingOption('keys'))
    .addOption(new Option('--json', 'print a JSON array'));
  keyCommand(
    'revoke',
    'End a key; running servers refuse it at once',
    async () => (await import('./keys.ts')).runRevokeKey,
  )
    .argument('<name-or-id>', 'as “keys list” shows it')
    .addOption(settingOption('keys'));

  addSource(
    command(
      'stdio',
      'The MCP server over stdin and stdout, for a host to start',
      async () => (await import('./stdio.ts')).runStdio,
    ),
  )
    .addOption(settingOption('toolData'))
    .addHelpText('after', EXAMPLES.stdio);

  command(
    'config',
    'Settings to paste into Claude Code, Claude Desktop, Cursor, VS Code, Kiro or the Inspector',
    async () => (await import('./config.ts')).runConfig,
  )
    .addOption(settingOption('source'))
    .option('--url <url>', 'of a server that runs already; default: the host starts one')
    .option('--no-key', 'the server at the URL asks for no API key')
    .addOption(new Option('--json', 'print one JSON array'))
    .addHelpText('after', EXAMPLES.config);

  command(
    'demo',
    'Start the server on sample logs, ask it over HTTP and print the answer',
    async () => (await import('./demo.ts')).runDemo,
  )
    .addOption(settingOption('port').default('0'))
    .option('--keep', 'leave the server running')
    .addHelpText('after', EXAMPLES.demo);
}
