import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asAuthorizer, startGateway, startServer } from 'serverless-mcp-dev';
import { settingsFromTemplate } from '../../rigs/lambda/template.ts';
import { type DeployRig, parametersOf } from './deploy-script.ts';
import { type DeployedCode, forward, startDeployedFunction } from './deployed-code.ts';

/**
 * A stack's API as its template sets it, keys and authorizer too, before the code that is deployed. The front door lets everything
 * through. A stack that has become another is served anew. @param app the folder of its app.toml
 */
export async function serveAsSet(rig: DeployRig, stack: string, app: string): Promise<DeployedCode> {
  const { stdout: template } = await rig.run(['template', '--app', app]);
  let served: { as: string; url: string; close(): Promise<void> } | undefined;

  async function start(parameters: Record<string, string>, keys: Record<string, string>) {
    const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
    const lambda = await startDeployedFunction(rig, stack, join(folder, 'task'));
    const {
      environment: _,
      timeoutMs: __,
      needsKey: ___,
      authorizerHandler,
      ...api
    } = settingsFromTemplate(template, parameters);
    const guard = authorizerHandler
      ? await startDeployedFunction(rig, stack, join(folder, 'guard'), { name: 'authorizer' })
      : undefined;
    const gateway = await startGateway({
      ...api,
      function: lambda,
      apiKeys: Object.entries(keys).map(([id, value]) => ({ id, value })),
      ...(guard && { authorizer: asAuthorizer(guard) }),
    });
    const close = async () => {
      for (const one of [gateway, lambda, guard]) await one?.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return { url: new URL(gateway.url).origin, close };
  }

  /** One after the other: a stack may change between two requests. */
  let last: Promise<unknown> = Promise.resolve();
  async function current(): Promise<string> {
    const parameters = await parametersOf(rig, stack);
    const keys = JSON.parse(readFileSync(rig.keyFile(stack), 'utf8')) as Record<string, string>;
    const as = JSON.stringify([parameters, keys]);
    if (served?.as === as) return served.url;
    await served?.close();
    served = { as, ...(await start(parameters, keys)) };
    return served.url;
  }

  const door = await startServer(async (request, response) => {
    const url = last.then(current);
    last = url.catch(() => {});
    await forward(request, response, `${await url}`);
  });
  await rig.cloud.upstream(door.endpoint, false);
  return {
    async close() {
      await door.close();
      await served?.close();
    },
  };
}
