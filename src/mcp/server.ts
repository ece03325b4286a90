import {
  type CallToolResult,
  type ImageContent,
  McpServer,
  type McpServerFactory,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { SpendError } from '../domain/errors.ts';
import type { Progress } from '../engines/engine.ts';
import type { Tool, ToolAnswer, ToolContext } from './define-tool.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import { TOOLS } from './tools/index.ts';
import { VERSION } from './version.ts';

/** What the server works with. Signal and progress come with each call. */
export type ServerDependencies = Omit<ToolContext, 'signal' | 'onProgress'> & {
  /** Takes what must not be shown to callers. */
  log: (message: string) => void;
};

/** Between two progress notifications, so that a fast scan does not flood the client. */
const PROGRESS_INTERVAL_MS = 100;

const INSTRUCTIONS = `Answers what Amazon Bedrock cost, who spent it and why, from Bedrock's own model invocation logs.
Start with get_bedrock_usage_report or breakdown_spend; list_dimensions shows what there is to group by. Numbers are exact: quote them as given, and mention unpriced usage and notes that matter.`;

/** Makes a server for one request or connection. One factory serves both protocol eras, over HTTP and stdio. */
export function createServerFactory(dependencies: ServerDependencies): McpServerFactory {
  return () => {
    const server = new McpServer(
      { name: 'bedrock-spend', title: 'Bedrock Spend', version: VERSION },
      {
        instructions: INSTRUCTIONS,
        capabilities: { tools: {}, logging: {}, resources: { subscribe: true }, prompts: {} },
      },
    );
    for (const tool of TOOLS) registerTool(server, tool, dependencies);
    registerResources(server, dependencies);
    registerPrompts(server);
    return server;
  };
}

function registerTool(server: McpServer, tool: Tool, dependencies: ServerDependencies): void {
  const { name, title, description } = tool;
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: tool.input,
      outputSchema: tool.output,
      annotations: { title, readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    async (input, context) => {
      try {
        const {
          text,
          data,
          images = [],
        } = await tool.run(input, {
          ...dependencies,
          signal: context.mcpReq.signal,
          onProgress: progressSender(context),
        });
        return { content: [{ type: 'text', text }, ...images.map(imageContent)], structuredContent: data };
      } catch (error) {
        return errorResult(error, dependencies.log);
      }
    },
  );
}

function imageContent({ data, mimeType }: NonNullable<ToolAnswer['images']>[number]): ImageContent {
  return { type: 'image', data: Buffer.from(data).toString('base64'), mimeType };
}

/** A tool error is a result whose text says what to do next. Anything unexpected stays in the log, under a reference. */
function errorResult(error: unknown, log: ServerDependencies['log']): CallToolResult {
  if (error instanceof SpendError)
    return { isError: true, content: [{ type: 'text', text: `${error.message} [${error.code}]` }] };
  const reference = crypto.randomUUID().slice(0, 8);
  log(`internal error ${reference}: ${error instanceof Error ? error.stack : String(error)}`);
  return {
    isError: true,
    content: [
      {
        type: 'text',
        text: `Something went wrong inside the server; its log has it under ${reference}. Try again, or ask the server's operator.`,
      },
    ],
  };
}

function progressSender({ mcpReq }: ServerContext): ((progress: Progress) => void) | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  let highest = -1;
  return ({ done, total, message }) => {
    const now = Date.now();
    // The protocol wants progress that only rises.
    if (done <= highest || (now - last < PROGRESS_INTERVAL_MS && done < total)) return;
    last = now;
    highest = done;
    // A notification that cannot be delivered must not fail the call it tells of.
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress: done, total, message } })
      .catch(() => {});
  };
}
