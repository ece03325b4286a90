/**
 * Puts other people's MCP clients on this server: over stdio, over HTTP with and without a key, and as a function on the Lambda rig.
 * Each is installed from npm, once, into a folder of its own in the user's cache folder. Hosts that need a model get a stand-in on
 * this machine, which calls one tool and keeps what it was sent. What is seen goes into docs/hosts.md.
 *
 *   npm run clients                   all of them
 *   npm run clients -- codex gemini   those whose name has one of these
 */
import { execFileSync } from 'node:child_process';
import { CLIENTS } from './index.ts';
import { keepTrials } from './table.ts';
import { startTargets } from './targets.ts';
import { type Trial, tryOut } from './try-out.ts';

const wanted = process.argv.slice(2).map((name) => name.toLowerCase());
const clients = CLIENTS.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part)),
);
if (clients.length === 0) throw new Error(`None of: ${CLIENTS.map(({ name }) => name).join(', ')}`);

const targets = await startTargets();
const trials: Trial[] = [];
try {
  for (const client of clients) trials.push(await tryOut(client, targets, console.log));
} finally {
  await targets.close();
  keepTrials(
    trials,
    CLIENTS.map(({ name }) => name),
  );
}
execFileSync(process.execPath, ['scripts/make-docs.ts'], { stdio: 'inherit' });
const wrong = trials.filter(({ outcomes }) =>
  Object.values(outcomes).some((outcome) => 'failed' in outcome || ('faults' in outcome && outcome.faults.length > 0)),
);
if (wrong.length > 0) console.error(`Not as it should be: ${wrong.map(({ client }) => client).join(', ')}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
