import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const { launch, headers, question } = JSON.parse(process.argv[2]);
const transport = launch.command
  ? new StdioClientTransport({ command: launch.command, args: launch.args, stderr: 'ignore' })
  : new StreamableHTTPClientTransport(new URL(launch.url), { requestInit: { headers } });

const client = new Client({ name: 'sdk-2', version: '1' });
await client.connect(transport);
const { tools } = await client.listTools();
const sent = await client.callTool({ name: 'breakdown_spend', arguments: question });
console.log(JSON.stringify({ tools: tools.length, sent: JSON.stringify(sent) }));
await client.close();
