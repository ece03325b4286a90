import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type LambdaFunction, startFunction, startGateway, startServer } from 'serverless-mcp-dev';
import { environmentIn } from '../../rigs/lambda/template.ts';
import { type DeployRig, parametersOf } from './deploy-script.ts';

/** The front door has looked at the client's. */
const KEY = 'a-key-of-forty-characters-0123456789abcdef';

/** Of deployer/Dockerfile. */
const IN_AN_IMAGE = 'index.handler';

/** Fetches a zip from a bucket, as Lambda does. */
const UNPACK = `
import boto3, io, sys, zipfile
bucket, key, folder = sys.argv[1:]
body = boto3.client("s3", region_name="us-east-1").get_object(Bucket=bucket, Key=key)["Body"].read()
zipfile.ZipFile(io.BytesIO(body)).extractall(folder)`;

export interface DeployedCode {
  close(): Promise<void>;
}

/**
 * Stands behind the API's front door: from the first request on, the code that is deployed, with the environment that its stack gave
 * it, and its sessions in the stack's table. @param beside lays what else is in its image into the folder
 */
export async function serveWhatIsDeployed(
  rig: DeployRig,
  stack: string,
  beside: (task: string) => void = () => {},
): Promise<DeployedCode> {
  const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  let started: Promise<string> | undefined;

  async function start(): Promise<string> {
    const lambda = await startDeployedFunction(rig, stack, join(folder, 'task'), { beside });
    const gateway = await startGateway({
      function: lambda,
      transfer: 'STREAM',
      apiKeys: [{ id: 'of-the-front-door', value: KEY }],
    });
    closing.push(
      () => lambda.close(),
      () => gateway.close(),
    );
    return gateway.url;
  }

  const door = await startServer(async (request, response) => {
    started ??= start();
    await forward(request, response, await started, { 'x-api-key': KEY });
  });
  await rig.cloud.upstream(door.endpoint);
  return {
    async close() {
      await door.close();
      for (const end of closing.reverse()) await end();
    },
  };
}

/** Asks in the place of a client. @param more headers @param body where it was read already */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  to: string,
  more: Record<string, string> = {},
  body?: Buffer,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const sent = body ?? (await buffer(request));
  const kept = Object.entries(headers).filter(([name]) => !/^(host|connection|content-length|expect)$/.test(name));
  const answer = await fetch(`${to}${request.url}`, {
    method,
    headers: { ...(Object.fromEntries(kept) as Record<string, string>), ...more },
    ...(sent.length > 0 && { body: new Uint8Array(sent) }),
  });
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
}

/** A function of a stack, which runs the code that is deployed, unpacked into the folder, with the environment that its stack gave it. */
export async function startDeployedFunction(
  rig: DeployRig,
  stack: string,
  task: string,
  { beside = () => {}, name = 'server' }: { beside?: (task: string) => void; name?: string } = {},
): Promise<LambdaFunction> {
  await unpackWhatIsDeployed(rig, stack, task);
  beside(task);
  const place = { FunctionName: `${stack}-${name}` };
  const {
    Environment,
    Timeout,
    Handler = IN_AN_IMAGE,
  } = await rig.cloud.call('lambda', 'get_function_configuration', place);
  const aws = { AWS_ENDPOINT_URL: rig.cloud.endpoint, AWS_REGION: 'us-east-1', PATH: rig.bin };
  const credentials = { AWS_ACCESS_KEY_ID: 'rig', AWS_SECRET_ACCESS_KEY: 'rig' };
  return startFunction({
    handler: join(task, Handler),
    timeoutMs: Timeout * 1000,
    instances: 4, // A client may hold one with a stream.
    env: (tmp) => ({ ...environmentIn(tmp, Environment?.Variables ?? {}), ...aws, ...credentials }),
  });
}

/** The code of a stack, as Lambda has it. */
export async function unpackWhatIsDeployed(rig: DeployRig, stack: string, into: string): Promise<void> {
  const { CodeBucket, CodeKey, ImageUri } = await parametersOf(rig, stack);
  if (ImageUri !== undefined) return cpSync(rig.bundleOf(await tagOf(rig, ImageUri)), into, { recursive: true });
  execFileSync(join(rig.bin, 'python3'), ['-c', UNPACK, String(CodeBucket), String(CodeKey), into], { env: rig.env });
}

async function tagOf(rig: DeployRig, uri: string): Promise<string> {
  const [, repositoryName, imageDigest] = /\/(.*)@(.*)$/.exec(uri) ?? [];
  const { imageDetails } = await rig.cloud.call('ecr', 'describe_images', {
    repositoryName,
    imageIds: [{ imageDigest }],
  });
  return imageDetails[0].imageTags[0];
}
