/**
 * What Lambda's Runtime API is asked for: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. In AWS's runtime
 * interface client this part alone is native (src/native/rapid-client.cc), and would take a compiler.
 */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

const [hostname, port] = (process.env['AWS_LAMBDA_RUNTIME_API'] ?? '').split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let answered: Promise<unknown> = Promise.resolve();

export async function next(): Promise<{ bodyJson: string; headers: IncomingHttpHeaders }> {
  await answered;
  return call('GET', '/invocation/next');
}

export function done(requestId: string, response: string): void {
  answered = call('POST', `/invocation/${requestId}/response`, response);
}

export function error(requestId: string, response: string): void {
  answered = call('POST', `/invocation/${requestId}/error`, response);
}

export function call(method: string, path: string, body?: string) {
  return new Promise<{ bodyJson: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const outgoing = request({ hostname, port, agent, method, path: `/2018-06-01/runtime${path}` }, async (answer) => {
      let bodyJson = '';
      for await (const chunk of answer.setEncoding('utf8')) bodyJson += chunk;
      resolve({ bodyJson, headers: answer.headers });
    });
    outgoing.on('error', reject).setHeader('Content-Type', 'application/json').end(body);
  });
}
