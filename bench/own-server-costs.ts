/**
 * What a server of one's own costs a month, here and elsewhere, as docs/your-own-server.md has it. What a session asks for is counted,
 * with the official client; prices are those of us-east-1 in November 2026, without free tiers.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { startDynamoDB } from '../rigs/dynamodb.ts';
import { serve } from './dynamodb-requests.ts';
import { URL_ } from './mcp-requests.ts';

/** A session of ten calls in five minutes: what each takes, of time and of processor, and what a request takes that is no call. */
const SESSION = { calls: 10, callS: 1, cpuS: 0.1, otherS: 0.05, lastsS: 300, memoryGb: 0.25, logGb: 1e-5 };

/** How often the inbox of a call of a second is looked into: at once, and after 100, 300 and 700 ms. */
const LOOKS_A_CALL = 4;

/** A held GET stream: two queries and half a read of its session a second; it is opened anew every 50 s. */
const STREAM = { readsAS: 2.5, openedS: 50 };

/** In dollars. */
export const PRICES = {
  // https://aws.amazon.com/lambda/pricing/: a gigabyte and second on arm64; a request.
  lambdaGbS: 0.0000133334,
  lambdaRequest: 0.0000002,
  // https://aws.amazon.com/api-gateway/pricing/: a request to a REST API.
  gatewayRequest: 0.0000035,
  // https://aws.amazon.com/dynamodb/pricing/on-demand/: units.
  readUnit: 0.000000125,
  writeUnit: 0.000000625,
  // https://aws.amazon.com/cloudwatch/pricing/: an alarm; a gigabyte of log.
  alarm: 0.1,
  logGb: 0.5,
  // https://aws.amazon.com/bedrock/agentcore/pricing/: an hour of a vCPU and of a gigabyte, by version of the platform; a request to Gateway.
  agentCore: { V1: { vcpu: 0.0895, gb: 0.00945 }, V2: { vcpu: 0.1276, gb: 0.0169 } },
  agentCoreGateway: 0.000005,
} as const;

const ALARMS = 3;
/** How long AgentCore keeps a session that is not asked, unless it is told otherwise. */
const AGENTCORE_IDLE_S = 900;
/**
 * run-mcp-servers 0.5.21 starts the wrapped server for each request: a call of server-everything 2026.8.31 that answers at once, median
 * of 11, on two cores.
 */
const STDIO_START_S = 0.627;
const STDIO_MEMORY_GB = 0.5;

const CALLS_A_MONTH = [0, 1_000, 1_000_000];

interface Counted {
  requests: number;
  reads: number;
  writes: number;
}

/** Tables of what a month costs: ours by service, and others beside it. */
export async function ownServerCosts(): Promise<{ ours: string; others: string }> {
  const counted = await countSession();
  return { ours: oursByService(counted), others: besideOthers(counted) };
}

function oursByService({ requests, reads, writes }: Counted): string {
  const services: Record<string, [inSession: string, session: number, idle: number]> = {
    'Lambda, arm64, 256 MB': [`${seconds(requests)} s, ${requests} requests`, lambda(requests), 0],
    'API Gateway, REST': [`${requests} requests`, requests * PRICES.gatewayRequest, 0],
    'DynamoDB, on demand': [`${reads} read units, ${writes} write units`, dynamodb({ reads, writes }), 0],
    'CloudWatch, three alarms': [`${SESSION.calls} KB of log`, logs(), ALARMS * PRICES.alarm],
  };
  const all = Object.values(services);
  const [session, idle] = [sum(all.map(([, each]) => each)), sum(all.map(([, , each]) => each))];
  return table(
    ['', 'ten calls', 'dollars for these', ...CALLS_A_MONTH.map(heading)],
    [
      ...Object.entries(services).map(([name, [what, each, once]]) => [name, what, exact(each), ...months(each, once)]),
      ['**together**', '', exact(session), ...months(session, idle).map((each) => `**${each}**`)],
    ],
  );
}

function besideOthers({ requests, reads, writes }: Counted): string {
  const function_ = lambda(requests) + requests * PRICES.gatewayRequest + logs();
  const ours = function_ + dynamodb({ reads, writes });
  const held =
    SESSION.lastsS * (SESSION.memoryGb * PRICES.lambdaGbS + STREAM.readsAS * PRICES.readUnit) +
    (SESSION.lastsS / STREAM.openedS) * (PRICES.gatewayRequest + PRICES.lambdaRequest);
  // `initialize`, `tools/list` and the calls start it; the rest is answered without it.
  const started = (SESSION.calls + 2) * STDIO_START_S + SESSION.calls * SESSION.callS + 2 * SESSION.otherS;
  const wrapped =
    STDIO_MEMORY_GB * started * PRICES.lambdaGbS + requests * (PRICES.lambdaRequest + PRICES.gatewayRequest);
  const target = SESSION.calls * (SESSION.callS * SESSION.memoryGb * PRICES.lambdaGbS + PRICES.lambdaRequest);
  const rows: [string, number, number?][] = [
    ['this, without a GET stream', ours, ALARMS * PRICES.alarm],
    ['this, a GET stream held for the five minutes', ours + held, ALARMS * PRICES.alarm],
    ['Serverless Framework `mcp:`, at 256 MB on arm64', function_],
    ['run-mcp-servers-with-aws-lambda, at 512 MB', wrapped + logs()],
    ['AgentCore Runtime V1', agentCore('V1', AGENTCORE_IDLE_S)],
    ['the same, idle sessions ended after 60 s', agentCore('V1', 60)],
    ['AgentCore Runtime V2, at most', agentCore('V2', AGENTCORE_IDLE_S)],
    ['AgentCore Gateway before a Lambda function', target + (SESSION.calls + 1) * PRICES.agentCoreGateway + logs()],
  ];
  return table(
    ['', ...CALLS_A_MONTH.map(heading)],
    rows.map(([name, session, idle = 0]) => [name, ...months(session, idle)]),
  );
}

const seconds = (requests: number) => SESSION.calls * SESSION.callS + (requests - SESSION.calls) * SESSION.otherS;

const lambda = (requests: number) =>
  SESSION.memoryGb * seconds(requests) * PRICES.lambdaGbS + requests * PRICES.lambdaRequest;

const dynamodb = ({ reads, writes }: Pick<Counted, 'reads' | 'writes'>) =>
  reads * PRICES.readUnit + writes * PRICES.writeUnit;

const logs = () => SESSION.logGb * PRICES.logGb;

/** Memory is paid for from the first request until the session is given up, processor time as it is used. */
function agentCore(version: keyof typeof PRICES.agentCore, idleS: number): number {
  const { vcpu, gb } = PRICES.agentCore[version];
  return (SESSION.calls * SESSION.cpuS * vcpu + SESSION.memoryGb * (SESSION.lastsS + idleS) * gb) / 3_600 + logs();
}

const months = (session: number, idle: number) =>
  CALLS_A_MONTH.map((calls) => dollars(idle + (calls / SESSION.calls) * session));

const heading = (calls: number) => (calls === 0 ? 'idle' : `${calls.toLocaleString('en-US')} calls`);

const dollars = (amount: number) => (amount === 0 ? '$0' : `$${amount.toFixed(amount < 0.02 ? 3 : 2)}`);

const exact = (amount: number) => `$${amount.toFixed(8)}`;

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(header),
    line(header.map((name) => (/call|idle|dollars/.test(name) && name !== 'ten calls' ? '--:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

/** What a session asks API Gateway and DynamoDB for. Calls are answered at once: looks into their inboxes are added. */
async function countSession(): Promise<Counted> {
  const local = await startDynamoDB();
  const counted: Counted = { requests: 0, reads: SESSION.calls * LOOKS_A_CALL, writes: 0 };
  const client = new DynamoDBClient(local.config);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (parameters) => {
        Object.assign(parameters.input, { ReturnConsumedCapacity: 'TOTAL' });
        const answer = await next(parameters);
        const { ConsumedCapacity = [] } = answer.output as { ConsumedCapacity?: Consumed | Consumed[] };
        const units = sum([ConsumedCapacity].flat().map(({ CapacityUnits = 0 }) => CapacityUnits));
        counted[/^(Get|Query)/.test(commandName) ? 'reads' : 'writes'] += units;
        return answer;
      },
    { step: 'initialize' },
  );
  const store = createDynamoSessionStore({ table: local.table, client });
  const mcp = createServerlessMcp({ factory: createServer, store, getStream: { mode: 'off' } });
  const asking = new Client({ name: 'count', version: '1' });
  await asking.connect(
    new StreamableHTTPClientTransport(new URL(URL_), {
      fetch(url, init) {
        counted.requests += 1;
        return serve(mcp, new Request(url, init));
      },
    }),
  );
  await asking.listTools();
  for (let call = 0; call < SESSION.calls; call += 1) await asking.callTool({ name: 'say' });
  await asking.close();
  await mcp.close();
  await local.close();
  return counted;
}

interface Consumed {
  CapacityUnits?: number;
}

function createServer(): McpServer {
  const server = new McpServer({ name: 'count', version: '1' });
  server.registerTool('say', {}, () => ({ content: [{ type: 'text', text: 'x'.repeat(500) }] }));
  return server;
}
