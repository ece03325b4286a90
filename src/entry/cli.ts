import { exitWithOutput } from '../cli/exit.ts';
import { runProgram } from '../cli/program.ts';

exitWithOutput(process.stdout);
process.exitCode = await runProgram(process.argv.slice(2));
