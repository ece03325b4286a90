import { pathOfAsset } from '../assets.ts';
import { connect, textFromResult } from '../client/index.ts';
import { compose } from '../compose.ts';
import { readSetting } from '../config.ts';
import { startServer } from '../http/serve.ts';
import { EXIT } from './exit.ts';

export const SAMPLE_LOGS = pathOfAsset('sampleLogs');

/** Starts the server on the sample logs, asks it as any MCP client would, and says how to go on. */
export async function runDemo({ port, keep = false }: { port?: string; keep?: boolean }): Promise<number> {
  const dependencies = await compose({ source: SAMPLE_LOGS });
  const server = await startServer(
    { host: '127.0.0.1', port: readSetting('port', port) as number, sessionIdleMinutes: 60 },
    dependencies,
  );
  try {
    const connection = await connect(server.url, { name: 'bedrock-spend-demo' });
    console.log(`MCP server: ${server.url}\nMcp-Session-Id: ${connection.sessionId}\n`);
    for (const { question, input } of QUESTIONS) {
      console.log(`"${question}"\n→ breakdown_spend ${JSON.stringify(input)}\n`);
      console.log(textFromResult(await connection.callTool('breakdown_spend', input)));
    }
    await connection.terminate();
    console.log(nextSteps(server.url));
    if (keep) await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()));
  } finally {
    await server.close();
    await dependencies.close();
  }
  return EXIT.ok;
}

const OCTOBER = { from: '2026-10-01', to: '2026-11-01' };

const QUESTIONS = [
  { question: 'What did Bedrock cost us in October, by model?', input: { by: ['model'], ...OCTOBER } },
  {
    question: 'And who spent the most on Opus?',
    input: { by: ['principal'], where: ['model=anthropic.claude-opus-4-8'], ...OCTOBER, limit: 5 },
  },
];

function nextSteps(url: string): string {
  return `These were sample logs. On your own:
  npx bedrock-spend breakdown --source ./bedrock-logs --by principal,model

As an MCP server, in Claude Code:
  claude mcp add bedrock-spend -- npx -y bedrock-spend stdio --source "$PWD/bedrock-logs"
In Claude Desktop, Cursor, VS Code, Kiro or the Inspector:
  npx bedrock-spend config --source ./bedrock-logs
Over HTTP:
  npx bedrock-spend serve --source ./bedrock-logs   (then ${url.replace(/:\d+\//, ':3000/')})`;
}
