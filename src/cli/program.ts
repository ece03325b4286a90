import { Command, CommanderError } from 'commander';
import { SpendError } from '../domain/errors.ts';
import { VERSION } from '../mcp/version.ts';
import { EXIT, exitCodeOf } from './exit.ts';
import { commandsOf } from './options.ts';
import { addReportCommands } from './report-commands.ts';
import { addServerCommands } from './server-commands.ts';
import { indentedText } from './terminal/clean-text.ts';

/** Runs the command line and returns its exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram((exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return await reportError(error);
  }
}

/** The commands, in the order in which help lists them. */
export function buildProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('bedrock-spend')
    .description('What did Amazon Bedrock cost, who spent it, and why: from Bedrock’s own model invocation logs.')
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples:
  bedrock-spend demo                                          see it work on sample logs
  bedrock-spend breakdown --source ./logs --by model          what each model cost
  bedrock-spend breakdown --source ./logs --by principal,model --from 2026-10-01 --to 2026-11-01
  bedrock-spend over-time --source ./logs --interval hour --from 2026-10-14 --to 2026-10-15
  bedrock-spend prices global.anthropic.claude-sonnet-4-6     a price and where it is from
  bedrock-spend stdio --source ./logs                         the MCP server, for a host to start
  bedrock-spend serve --source ./logs                         the MCP server over HTTP
  bedrock-spend connect http://127.0.0.1:3000/mcp             a shell on it

Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 some log files are damaged or cannot be read (the answer leaves them out and names them), 4 and 5 a budget is in danger or over, 6 the source holds no invocation record.`,
    );
  const command = commandsOf(program, finish);
  addReportCommands(command);
  addServerCommands(command, program, finish);
  return program;
}

// --- internal ---

async function reportError(given: unknown): Promise<number> {
  // Commander has printed its message, or the help or version that was asked for.
  if (given instanceof CommanderError) return given.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const { fromSystem } = await import('../domain/system-error.ts');
  const error = fromSystem(given);
  if (error instanceof SpendError) console.error(`bedrock-spend: ${indentedText(error.message)}`);
  else console.error(error);
  return exitCodeOf(error);
}
