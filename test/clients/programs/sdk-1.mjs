import { Client } from '@modelcontextprotocol/sdk/client/index.js';

const { launch, headers, question } = JSON.parse(process.argv[2]);

async function transportOf() {
  if (launch.command) {
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    return new StdioClientTransport({ command: launch.command, args: launch.args, stderr: 'ignore' });
  }
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  return new StreamableHTTPClientTransport(new URL(launch.url), { requestInit: { headers } });
}

const client = new Client({ name: 'sdk-1', version: '1' }, { capabilities: {} });
await client.connect(await transportOf());
const { tools } = await client.listTools();
const sent = await client.callTool({ name: 'breakdown_spend', arguments: question });
console.log(JSON.stringify({ tools: tools.length, sent: JSON.stringify(sent) }));
await client.close();
