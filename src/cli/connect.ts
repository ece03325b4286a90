import type { Era } from '../client/index.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';
import { runShell } from './shell/shell.ts';

interface ConnectCommandOptions extends OutputOptions {
  era?: Era;
  record?: string;
  /** False from --no-color. */
  color?: boolean;
}

/** The shell; with a pipe for stdin it runs that as a script. */
export async function runConnect(server: string | undefined, options: ConnectCommandOptions): Promise<number> {
  const { json, csv, era, record, color } = options;
  const format = json ? 'json' : csv ? 'csv' : 'text';
  return (await runShell({ server, era, format, record, color })) ? EXIT.ok : EXIT.failure;
}
