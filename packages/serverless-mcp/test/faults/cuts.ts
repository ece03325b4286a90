/** `node packages/serverless-mcp/test/faults/cuts.ts [--cuts 500] [--clients 10] [--instances 3] [--seed 1]`. Exits with 1 when something got lost. */
import { numbersFromArguments } from './arguments.ts';
import { CUT_DEFAULTS, runCuts } from './run-cuts.ts';
import { countLines, printSummary } from './summary.ts';

const options = numbersFromArguments({ ...CUT_DEFAULTS });
const report = await runCuts(options);
const holds = printSummary(`cuts ${JSON.stringify(options)}`, [
  ['seconds', report.seconds.toFixed(1)],
  ['cuts', report.cutsOfPosts + report.cutsOfResumed, options.cuts],
  ['  of the POST stream', report.cutsOfPosts],
  ['  of a resumed stream', report.cutsOfResumed],
  ['  in the middle of an event', report.cutsInEvents],
  ['calls without a result', report.calls - report.results, 0],
  ...countLines(report),
]);
process.exitCode = holds ? 0 : 1;
