import { McpServer, type McpServerFactory } from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modernPost } from '../../packages/serverless-mcp/test/helpers/modern-mcp.ts';
import { leanOutput } from '../../src/mcp/lean-schema.ts';
import { PROMPTS } from '../../src/mcp/prompts/index.ts';
import { PROMPT_LOADERS } from '../../src/mcp/prompts/loaders.ts';
import { createServerFactory } from '../../src/mcp/server.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { TOOL_LOADERS } from '../../src/mcp/tools/loaders.ts';
import { shownSchema } from '../../src/reports/shown-schema.ts';
import { composeSample } from '../helpers/sample.ts';

let dependencies: Awaited<ReturnType<typeof composeSample>>;

beforeAll(async () => {
  dependencies = await composeSample();
});
afterAll(() => dependencies.close());

async function listedBy(factory: McpServerFactory, method: string): Promise<Record<string, unknown>> {
  const mcp = createServerlessMcp({ factory, store: createMemorySessionStore() });
  const { result = {} } = await modernPost(mcp, { method, params: {}, declares: false }, {});
  await mcp.close();
  return result;
}

/** Tools and prompts themselves, given to the SDK. */
const registered =
  (outputSchema?: ReturnType<typeof leanOutput>): McpServerFactory =>
  () => {
    const server = new McpServer({ name: 'registered', version: '1' });
    for (const { name, title, description, input: inputSchema, app } of TOOLS)
      server.registerTool(
        name,
        {
          ...{ title, description, inputSchema },
          ...(outputSchema ? { outputSchema } : {}),
          annotations: {
            ...{ title, readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
          },
          ...(app === undefined ? {} : { _meta: { ui: { resourceUri: app } } }),
        },
        () => ({ content: [] }),
      );
    for (const { name, title, description, args: argsSchema } of PROMPTS)
      server.registerPrompt(name, { title, description, argsSchema }, () => ({ messages: [] }));
    return server;
  };

describe('what is listed before anything is loaded', () => {
  it('are the tools as the SDK would list them', async () => {
    const { tools } = await listedBy(createServerFactory(dependencies), 'tools/list');
    expect(tools).toHaveLength(TOOLS.length);
    expect(tools).toEqual((await listedBy(registered(leanOutput(shownSchema)), 'tools/list'))['tools']);
  });

  it('are the same without what they answer as data, where a server answers text alone', async () => {
    const { tools } = await listedBy(createServerFactory({ ...dependencies, toolData: 'none' }), 'tools/list');
    expect(tools).toEqual((await listedBy(registered(), 'tools/list'))['tools']);
  });

  it('are the prompts as the SDK would list them', async () => {
    const { prompts } = await listedBy(createServerFactory(dependencies), 'prompts/list');
    expect(prompts).toHaveLength(PROMPTS.length);
    expect(prompts).toEqual((await listedBy(registered(), 'prompts/list'))['prompts']);
  });

  it('is loaded by the names it is listed under', () => {
    expect(Object.keys(TOOL_LOADERS)).toEqual(TOOLS.map(({ name }) => name));
    expect(Object.keys(PROMPT_LOADERS)).toEqual(PROMPTS.map(({ name }) => name));
  });
});
