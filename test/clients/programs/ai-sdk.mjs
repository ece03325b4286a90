import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';

const { launch, headers, question } = JSON.parse(process.argv[2]);
const transport = launch.command
  ? new StdioTransport({ command: launch.command, args: launch.args, stderr: 'ignore' })
  : { type: 'http', url: launch.url, headers };

const client = await createMCPClient({ transport });
const tools = await client.tools();
const tool = tools.breakdown_spend;
const output = await tool.execute(question, { toolCallId: 'call-1', messages: [] });
// What generateText puts into the message of the tool.
const sent = tool.toModelOutput ? await tool.toModelOutput({ toolCallId: 'call-1', input: question, output }) : output;
console.log(JSON.stringify({ tools: Object.keys(tools).length, sent: JSON.stringify(sent) }));
await client.close();
