import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { McpServer, type McpServerFactory } from '@modelcontextprotocol/server';
import { createServerlessMcp, type ServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import * as z from 'zod';
import { startDynamoDB } from '../rigs/dynamodb.ts';
import { INITIALIZE, MODERN_META, post, URL_ } from './mcp-requests.ts';

const factory: McpServerFactory = () => {
  const server = new McpServer({ name: 'count', version: '1' }, { capabilities: { tools: {}, logging: {} } });
  server.registerTool('echo', { inputSchema: z.object({}) }, () => ({ content: [] }));
  server.registerTool('tell', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    await mcpReq.log('info', 'one');
    await mcpReq.log('info', 'two');
    return { content: [] };
  });
  return server;
};

/** What DynamoDB is asked for each kind of request, as a table; serverless-mcp's README has it. */
export async function dynamodbRequests(): Promise<string> {
  const local = await startDynamoDB();
  const client = new DynamoDBClient(local.config);
  const asked: string[] = [];
  client.middlewareStack.add(
    (next, context) => (parameters) => {
      asked.push((context['commandName'] as string).replace('Command', ''));
      return next(parameters);
    },
    { step: 'initialize' },
  );
  const mcp = createServerlessMcp({ factory, store: createDynamoSessionStore({ table: local.table, client }) });
  const kinds = async (request: Request) => {
    asked.length = 0;
    await serve(mcp, request);
    const counted = [...new Set(asked)].map((kind) => `${asked.filter((other) => other === kind).length} ${kind}`);
    return counted.join(', ') || 'none';
  };
  const begun = await serve(mcp, post(INITIALIZE));
  const own = { 'mcp-session-id': begun.headers.get('mcp-session-id') as string, 'mcp-protocol-version': '2025-11-25' };
  const call = (id: number, name: string) => post({ id, method: 'tools/call', params: { name, arguments: {} } }, own);
  const rows = {
    '`initialize`': await kinds(post(INITIALIZE)),
    '`tools/list`, `ping`, …': await kinds(post({ id: 1, method: 'tools/list' }, own)),
    '`tools/call`, answered within 100 ms': await kinds(call(2, 'echo')),
    'the same, with two notifications before': await kinds(call(3, 'tell')),
    'a cancellation of nothing': await kinds(
      post({ method: 'notifications/cancelled', params: { requestId: 99 } }, own),
    ),
    '`DELETE`': await kinds(new Request(URL_, { method: 'DELETE', headers: own })),
    'any request of a 2026-07-28 client': await kinds(
      post(
        { id: 4, method: 'tools/list', params: { _meta: MODERN_META } },
        { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
      ),
    ),
  };
  await mcp.close();
  await local.close();
  return [
    '| request | DynamoDB requests |',
    '| --- | --- |',
    ...Object.entries(rows).map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

/** With all that is done behind the response. */
export async function serve(mcp: ServerlessMcp, request: Request): Promise<Response> {
  const work: Promise<unknown>[] = [];
  const response = await mcp.fetch(request, { waitUntil: (promise) => work.push(promise) });
  await response.clone().text();
  await Promise.all(work);
  return response;
}
