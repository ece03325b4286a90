import { MultiServerMCPClient } from '@langchain/mcp-adapters';

const { launch, headers, question } = JSON.parse(process.argv[2]);
const server = launch.command
  ? { transport: 'stdio', command: launch.command, args: launch.args, stderr: 'ignore' }
  : { transport: 'http', url: launch.url, headers };

const client = new MultiServerMCPClient({ mcpServers: { 'bedrock-spend': server } });
const tools = await client.getTools();
const tool = tools.find(({ name }) => name.endsWith('breakdown_spend'));
const message = await tool.invoke({ type: 'tool_call', id: 'call-1', name: tool.name, args: question });
// Of the message, a model is sent the content; the artifact stays with the program.
console.log(JSON.stringify({ tools: tools.length, sent: JSON.stringify(message.content) }));
await client.close();
