import { EXIT } from '../cli/exit.ts';
import { runProgram } from '../cli/program.ts';

// Whoever reads our output has read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.ok);
});

process.exitCode = await runProgram(process.argv.slice(2));
