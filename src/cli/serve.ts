import { composeSessionStore, composeTaskStore } from '../compose.ts';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { startServer } from '../http/serve.ts';
import { accessFromOptions } from './access.ts';
import { EXIT } from './exit.ts';
import { composeFromOptions, type SourceOptions } from './session.ts';
import { logStrayErrors } from './stray-errors.ts';
import { untilTerminated } from './terminated.ts';

interface ServeOptions extends SourceOptions {
  policy?: string;
  host?: string;
  port?: string;
  sessionIdleMinutes?: string;
  getStream?: string;
  keys?: string;
  rateLimit?: string;
  allowedHosts?: string;
  allowedOrigins?: string;
}

export async function runServe(options: ServeOptions): Promise<number> {
  const dependencies = await composeFromOptions(options, readSetting('policy', options.policy));
  logStrayErrors(dependencies.log);
  const access = await accessFromOptions(options, dependencies.log);
  if (!access && readSetting('maxClientDayUsd', options.maxClientDayUsd))
    throw new SpendError(
      'INVALID_SETTING',
      '--max-client-day-usd bounds each client, and here nobody says who they are: make keys (bedrock-spend keys create NAME), set an OAuth issuer, or bound the whole server with --max-day-usd.',
    );
  const table = readSetting('sessionTable', options.sessionTable);
  const server = await startServer(
    {
      host: readSetting('host', options.host) as string,
      port: readSetting('port', options.port) as number,
      sessionIdleMinutes: readSetting('sessionIdleMinutes', options.sessionIdleMinutes) as number,
      store: table === undefined ? undefined : composeSessionStore(table),
      tasks: table === undefined ? undefined : composeTaskStore(table),
      getStream: readSetting('getStream', options.getStream),
      access,
      allowedHosts: readSetting('allowedHosts', options.allowedHosts),
      allowedOrigins: readSetting('allowedOrigins', options.allowedOrigins),
    },
    dependencies,
  );
  const clients = access ? 'those who may' : 'anybody on this machine';
  console.error(
    `bedrock-spend answers ${clients} at ${server.url} from ${dependencies.engine.source}. Ctrl-C stops it.\nThe dashboard: ${new URL('/', server.url)}`,
  );
  await untilTerminated();
  await server.close();
  await dependencies.close();
  return EXIT.ok;
}
