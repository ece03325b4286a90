import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { startDynamoDB } from '../../rigs/dynamodb.ts';
import { type ServerUnderTest, testConformance } from '../contracts/conformance.ts';
import { startConformanceServer } from '../fixtures/conformance/start.ts';
import { bundled } from '../helpers/bundled.ts';
import { startRoundRobin } from '../helpers/round-robin.ts';

async function startProcess(environment: Record<string, string>): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [await bundled('test/fixtures/conformance/serve.ts'), '0'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
  return { url: String(line).trim(), child };
}

async function twoProcesses(): Promise<ServerUnderTest> {
  const dynamodb = await startDynamoDB();
  const processes = await Promise.all([startProcess(dynamodb.environment), startProcess(dynamodb.environment)]);
  const front = await startRoundRobin(processes.map(({ url }) => url));
  return {
    url: front.url,
    async close() {
      for (const { child } of processes) child.kill('SIGKILL');
      await front.close();
      await dynamodb.close();
    },
  };
}

testConformance('local HTTP', () => startConformanceServer({ port: 0 }));
testConformance('two processes that share DynamoDB, behind a round robin', twoProcesses);
