/**
 * A function as it is deployed, on this machine: in processes of AWS's runtime interface client, behind an API Gateway with a key,
 * with sessions in a DynamoDB table. It is asked, its instances are killed, and it is asked again, in the same session.
 *
 *   npm run lambda                       bedrock-spend, on the sample logs
 *   npm run lambda -- --example greeter  the greeter of examples/
 *   --buffered  a gateway that does not stream   --port N   --once  do not stay
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startLocalLambda } from 'serverless-mcp-dev';
import { type Connection, connect, textFromResult } from '../src/client/index.ts';
import { bundleFunction, bundleSpend, temporaryOutdir } from './bundle-lambda.ts';

const { values: options } = parseArgs({
  options: {
    example: { type: 'string', default: 'bedrock-spend' },
    port: { type: 'string', default: '8080' },
    buffered: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
  },
});
const root = join(import.meta.dirname, '..');
const GREETER = join(root, 'examples/greeter/lambda.ts');
const now = () => new Date().toISOString().slice(17, 23);

interface Example {
  entry: string;
  bundle(): Promise<{ handler: string; compileCache?: string }>;
  env: Record<string, string>;
  ask(connection: Connection): Promise<string>;
}

const EXAMPLES: Record<string, Example> = {
  'bedrock-spend': {
    entry: join(root, 'src/entry/lambda.ts'),
    bundle: () => bundleSpend(temporaryOutdir()),
    // As it is deployed: a client's stream without a call would hold an instance.
    env: { BEDROCK_SPEND_SOURCE: join(root, 'examples/sample-logs/AWSLogs'), BEDROCK_SPEND_GET_STREAM: 'off' },
    async ask({ callTool }) {
      const question = { by: ['model'], from: '2026-10-01', to: '2026-11-01', limit: 5 };
      return textFromResult(await callTool('breakdown_spend', question));
    },
  },
  greeter: {
    entry: GREETER,
    bundle: () => bundleFunction(GREETER, temporaryOutdir()),
    env: {},
    async ask({ client, callTool }) {
      client.setNotificationHandler('notifications/message', ({ params }) => console.log(`  ${now()} ${params.data}`));
      return `${textFromResult(await callTool('multi-greet', { name: 'Ada' }))} (${now()})`;
    },
  },
};

const example = EXAMPLES[options.example];
if (example === undefined) throw new Error(`--example: one of ${Object.keys(EXAMPLES).join(', ')}`);
const { handler, compileCache } = await example.bundle();
const lambda = await startLocalLambda({
  entry: example.entry,
  bundled: handler,
  transfer: options.buffered ? 'buffered' : 'stream',
  port: options.once ? 0 : Number(options.port),
  env: {
    ...example.env,
    BEDROCK_SPEND_SESSION_TABLE: 'sessions',
    BEDROCK_SPEND_TRANSFER: options.buffered ? 'buffered' : 'stream',
    ...(compileCache && { NODE_COMPILE_CACHE: compileCache }),
  },
  // Lambda has a thousand; clients make several calls at once.
  instances: 16,
  ...(options.buffered ? {} : { timeoutMs: 60_000 }),
  log: console.log,
});
const { url, apiKey = '' } = lambda;

try {
  const connection = await connect(url, { name: 'lambda-demo', headers: { 'x-api-key': apiKey } });
  console.log(`\nMCP server: ${url}\nMcp-Session-Id: ${connection.sessionId}\n`);
  console.log(await example.ask(connection));
  lambda.killAll();
  await sleep(500);
  console.log(`\nkill -9 of all instances. The same session, ${connection.sessionId}, goes on:\n`);
  console.log(await example.ask(connection));
  console.log('\nRequests served by each instance:');
  console.table(lambda.instances(), ['served', 'state']);
  await connection.terminate();
  if (!options.once) {
    console.log(`\nIt stays up until Ctrl-C. To look around with the MCP Inspector:
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --header "x-api-key: ${apiKey}" --method tools/list`);
    await new Promise((resolve) => process.once('SIGINT', resolve));
  }
} finally {
  await lambda.close();
}
