import { mcp } from '@llamaindex/tools';

const { launch, headers, question } = JSON.parse(process.argv[2]);
const server = mcp(
  launch.command
    ? { command: launch.command, args: launch.args, stderr: 'ignore' }
    : { url: launch.url, requestInit: { headers } },
);
const tools = await server.tools();
const sent = await tools.find(({ metadata }) => metadata.name === 'breakdown_spend').call(question);
console.log(JSON.stringify({ tools: tools.length, sent: JSON.stringify(sent) }));
await server.cleanup();
