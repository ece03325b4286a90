import { MCPClient } from '@mastra/mcp';

const { launch, headers, question } = JSON.parse(process.argv[2]);
const server = launch.command
  ? { command: launch.command, args: launch.args, stderr: 'ignore' }
  : { url: new URL(launch.url), requestInit: { headers } };

const client = new MCPClient({ id: 'clients', servers: { spend: server } });
const { tools, errors = {} } = await client.listToolsWithErrors();
const [failure] = Object.values(errors);
if (failure) throw new Error(failure);
const tool = tools.spend_breakdown_spend;
const output = await tool.execute(question, {});
const sent = tool.toModelOutput ? await tool.toModelOutput(output) : output;
console.log(JSON.stringify({ tools: Object.keys(tools).length, sent: JSON.stringify(sent ?? output) }));
await client.disconnect();
