/**
 * Records the shell at work in a real terminal (tmux): every command once, against the HTTP server and against the Lambda rig, whose
 * instances are killed in between. Writes docs/transcripts/.
 *
 *   npm run build && node scripts/record-shell.ts
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFunction, startGateway } from 'serverless-mcp-dev';
import { startDynamoDB } from '../rigs/dynamodb.ts';
import { SAMPLE_LOGS } from '../src/cli/demo.ts';
import { compose } from '../src/compose.ts';
import { startServer } from '../src/http/serve.ts';
import { command, openTerminal, type Terminal } from '../test/helpers/terminal.ts';
import { bundleSpend, temporaryOutdir } from './bundle-lambda.ts';

const OCTOBER = 'from=2026-10-01 to=2026-11-01';

/** After "connect", every command; `quit` comes at the end. */
const COMMANDS = (folder: string): string[] => [
  'help',
  'status',
  'list-tools',
  'describe-tool get_bedrock_usage_report',
  `call-tool breakdown_spend by=principal,model ${OCTOBER} limit=3`,
  'call-tool breakdown_spend by=model limit=many',
  'bedrock-report days=3660 limit=3',
  'list-resources',
  `record ${folder}/exchange.jsonl`,
  'read bedrock-spend://prices',
  'record off',
  'prompts',
  'prompt weekly_spend_review week_of=2026-10-14',
  'format csv',
  `call-tool spend_over_time interval=week ${OCTOBER}`,
  'format json',
  'call-tool get_price model=global.anthropic.claude-haiku-5-5',
  'format text',
  'log-level warning',
  'debug on',
  'list-resources',
  'debug off',
  'profile save prod',
  'profile list',
  'auth status',
  'auth login',
  'auth refresh',
  'auth logout',
  'reconnect',
  'disconnect',
  'connect prod 2026',
  'status',
  `call-tool breakdown_spend by=model ${OCTOBER} limit=2`,
  'connect prod 2025',
  'terminate-session',
  'profile remove prod',
];

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BIN = join(ROOT, 'bin/bedrock-spend.js');
/** What a transcript shows of the price table. */
const MOST_LINES = 25;

async function record(
  file: string,
  title: string,
  url: string,
  work: (terminal: Terminal, folder: string) => Promise<void>,
) {
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-recording-'));
  const env = { XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, TERM: 'xterm-256color' };
  const terminal = await openTerminal([process.execPath, BIN, 'connect'], env);
  try {
    await terminal.until(/bedrock-spend>$/);
    await work(terminal, folder);
    await terminal.type('quit');
    await terminal.press('Enter');
    await terminal.until(/\[exit 0\]$/);
    const text = await terminal.text();
    await writeFile(join(ROOT, 'docs/transcripts', file), `${title}\n\n${tidy(text, url, folder)}\n`);
  } finally {
    await terminal.close();
    await rm(folder, { recursive: true });
  }
}

/** The same whenever it is recorded: ids by their order, no times, ports or folders of this run. */
function tidy(text: string, url: string, folder: string): string {
  const ids = new Map<string, string>();
  for (const [id] of text.matchAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b/g))
    if (!ids.has(id)) ids.set(id, `session${ids.size + 1}`);
  let tidied = text
    .replace(/\n*\[exit 0\]$/, '')
    .replaceAll(folder, '/tmp/recording')
    .replaceAll(ROOT, '');
  for (const [id, name] of ids) tidied = tidied.replaceAll(id, name).replaceAll(id.slice(0, 8), name);
  const [, port] = /:(\d+)/.exec(url) as unknown as [string, string];
  return tidied
    .replaceAll(`:${port}`, ':3000')
    .replaceAll(/^\d\d:\d\d:\d\d\.\d{3} /gm, '')
    .replaceAll(/session-[0-9a-f]{8}/g, 'session-5e55104d')
    .split(/\n(?=\S*.*> )/)
    .map(shortened)
    .join('\n');
}

function shortened(step: string): string {
  const lines = step.split('\n').map((line) => line.trimEnd());
  if (lines.length <= MOST_LINES * 2) return lines.join('\n');
  return [...lines.slice(0, MOST_LINES), `   … ${lines.length - MOST_LINES} more lines …`].join('\n');
}

async function onHttp(): Promise<void> {
  const dependencies = await compose({ source: SAMPLE_LOGS });
  const server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 60 }, dependencies);
  await record(
    'shell-http.txt',
    '# The shell on "bedrock-spend serve", the sample logs',
    server.url,
    async (terminal, folder) => {
      await command(terminal, `connect ${server.url}`);
      for (const line of COMMANDS(folder)) await command(terminal, line);
    },
  );
  await server.close();
  await dependencies.close();
}

async function onLambda(): Promise<void> {
  const { handler, compileCache } = await bundleSpend(temporaryOutdir());
  const dynamodb = await startDynamoDB();
  const lambda = await startFunction({
    handler,
    env: {
      ...dynamodb.environment,
      BEDROCK_SPEND_SOURCE: SAMPLE_LOGS,
      ...(compileCache ? { NODE_COMPILE_CACHE: compileCache } : {}),
    },
    instances: 4,
    timeoutMs: 60_000,
    log: () => {},
    onLog: () => {},
  });
  const apiKey = crypto.randomUUID();
  const gateway = await startGateway({
    function: lambda,
    apiKeys: [{ id: 'recording', value: apiKey }],
    transfer: 'STREAM',
    integrationTimeoutMs: 60_000,
  });
  const url = `${gateway.url}/mcp`;
  const title =
    '# The shell on the Lambda rig (npm run lambda), with a key; after the first call all instances are killed';
  await record('shell-lambda.txt', title, url, async (terminal, folder) => {
    await terminal.type(`connect ${url}`);
    await terminal.press('Enter');
    await terminal.until(/not shown\):$/);
    await terminal.type(apiKey);
    await terminal.press('Enter');
    await terminal.until(/> *$/);
    for (const line of COMMANDS(folder)) {
      const text = await command(terminal, line);
      if (text.includes(apiKey)) throw new Error('The key is on the screen.');
      if (line.startsWith('call-tool breakdown_spend by=principal')) killAll();
    }
  });
  function killAll() {
    for (const { index, state } of lambda.instances()) if (state !== 'dead') lambda.kill(index);
  }
  await gateway.close();
  await lambda.close();
  await dynamodb.close();
}

if (import.meta.main) {
  await onHttp();
  await onLambda();
}
