/** `node packages/serverless-mcp/test/faults/kill.ts [--requests 10000] [--clients 20] [--instances 3] [--seed 1]`. Exits with 1 when something got lost. */
import { numbersFromArguments } from './arguments.ts';
import { KILL_DEFAULTS, runKills } from './run-kills.ts';
import { countLines, printSummary } from './summary.ts';

const { store: _, callMs: __, ...defaults } = KILL_DEFAULTS;
const options = numbersFromArguments(defaults);
const report = await runKills(options);
const holds = printSummary(`kill ${JSON.stringify(options)}`, [
  ['seconds', report.seconds.toFixed(1)],
  ['instances killed', report.kills],
  ['sessions alive at the end', report.sessionsAlive, options.clients],
  ...countLines(report),
]);
process.exitCode = holds ? 0 : 1;
