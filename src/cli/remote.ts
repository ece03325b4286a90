import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { type CallOptions, type Connection, connect, openProfiles, openSecretStore } from '../client/index.ts';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { ASKS_EXACTLY } from '../domain/exact-data.ts';
import { createServerFactory } from '../mcp/server.ts';
import { createProgressBar } from './progress.ts';
import { composeFromOptions, type SourceOptions, untilInterrupted } from './session.ts';
import { signInWith } from './sign-in.ts';
import { createOpenTarget } from './target.ts';
import { cleanText } from './terminal/clean-text.ts';

export interface CallTarget extends SourceOptions {
  /** Of a running server, or the name of its profile; without it the same server runs in this process. */
  url?: string;
}

/** Calls one tool, on the server at the URL or on one in this process: the same code answers both. */
export async function callTool(name: string, input: Record<string, unknown>, target: CallTarget) {
  const bar = createProgressBar();
  const onProgress: CallOptions['onProgress'] = ({ progress, total = 0, message = '' }) =>
    bar.show({ done: progress, total, message: cleanText(message) });
  return untilInterrupted((signal) =>
    withConnection(target, (connection) =>
      connection.callTool(name, input, { signal, onProgress, meta: ASKS_EXACTLY }),
    ),
  ).finally(bar.clear);
}

/** The tools of the server at the URL, or of this one. */
export async function listTools(target: CallTarget) {
  return withConnection(target, (connection) => connection.listTools());
}

async function withConnection<Result>(
  target: CallTarget,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  if (target.url !== undefined) {
    if (readSetting('pseudonyms', target.pseudonyms))
      throw new SpendError('INVALID_ARGUMENT', 'Pseudonyms are made where the logs are read: ask the server for them.');
    const openTarget = createOpenTarget({
      profiles: openProfiles(),
      secrets: openSecretStore,
      openOAuth: signInWith(openSecretStore, (line) => console.error(line)),
    });
    const { url, era, apiKey, oauth, signsIn } = await openTarget(target.url);
    const connection = await connect(url, { era, apiKey, session: signsIn ? oauth : undefined });
    // A session that cannot be ended is forgotten in time; the answer is there all the same.
    return work(connection).finally(() => connection.terminate().catch(() => {}));
  }
  const dependencies = await composeFromOptions(target);
  const mcp = createServerlessMcp({ factory: createServerFactory(dependencies), store: createMemorySessionStore() });
  try {
    const connection = await connect('http://in-process/mcp', {
      fetch: (url, init) => mcp.fetch(new Request(url, init)),
    });
    return await work(connection).finally(() => connection.close());
  } finally {
    await mcp.close();
    await dependencies.close();
  }
}
