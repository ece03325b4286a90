import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SETTINGS, type SettingName } from '../config.ts';
import { ERROR_CODES, SpendError } from '../domain/errors.ts';
import { printable } from '../domain/printable.ts';
import { VERSION } from '../mcp/version.ts';
import { runBreakdown, runCall, runOverTime, runPrices, runReport, runServe, runStdio } from './commands.ts';
import { runDemo } from './demo.ts';
import { runDoctor } from './doctor.ts';
import { EXIT } from './output.ts';
import { runReconcile } from './reconcile.ts';

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
    return reportError(error);
  }
}

type Handler = (...parameters: never[]) => Promise<number>;

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

Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 some log files are damaged (the report leaves them out and names them).`,
    );
  const command = (name: string, description: string, handler: Handler) =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError('(add --help for examples)')
      .action(async (...parameters) =>
        finish(await (handler as (...all: unknown[]) => Promise<number>)(...parameters)),
      );

  addPeriod(addSource(command('breakdown', 'Cost and usage by any dimensions', runBreakdown)))
    .requiredOption(
      '--by <dimensions>',
      'dimensions, separated by commas: model, principal, region, day, metadata.team, …',
      list,
    )
    .option('--limit <rows>', 'most rows to print; totals always cover everything', count)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.breakdown);

  addPeriod(addSource(command('over-time', 'Cost and usage per hour, day, week or month', runOverTime)))
    .addOption(
      new Option('--interval <length>', 'length of each row’s time')
        .choices(['hour', 'day', 'week', 'month'])
        .default('day'),
    )
    .option('--by <dimension>', 'one more dimension')
    .option('--limit <rows>', 'most rows to print; totals always cover everything', count)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.overTime);

  addSource(command('report', 'Overview of the last days: totals, by day, region, model and user', runReport))
    .option('--days <days>', 'days to look back', count, 7)
    .option('--region <region>', 'only requests sent to this region')
    .option('--account <id>', 'only this AWS account')
    .addOption(quoteOption())
    .addOption(urlOption())
    .addOption(settingOption('timezone'))
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.report);

  command('prices', 'Prices with their source and date; all of them, or one model’s', runPrices)
    .argument('[model]', 'model id as in logs or code, with or without routing prefix, or an ARN')
    .option('--region <region>', 'region the request is sent to', 'us-east-1')
    .option('--tier <tier>', 'standard, batch, flex, priority or latency-optimized', 'standard')
    .option('--prompt-tokens <tokens>', 'size of the prompt, for models that cost more above a limit', count, 0)
    .option('--at <day>', 'day the price must hold; default: today')
    .option(
      '--refresh',
      'read AWS’s price list of the region (or regions, separated by commas), for this and later reports',
    )
    .addOption(settingOption('prices'))
    .addOption(settingOption('priceList'))
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES.prices);

  command('doctor', 'Whether Bedrock’s logging is on, arrives and can be read, and what to do if not', runDoctor)
    .option('--region <regions>', 'regions to look at, separated by commas; default: AWS_REGION', list)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES.doctor);

  addSource(
    command('reconcile', 'The AWS bill beside the logs, and why they differ; costs about 3 cents', runReconcile),
  )
    .option('--from <day>', 'first UTC day; default: the last full month')
    .option('--to <day>', 'end, exclusive')
    .addOption(settingOption('cur'))
    .addOption(new Option('--json', 'print one JSON object'))
    .addHelpText('after', EXAMPLES.reconcile);

  addSource(command('call', 'Call one MCP tool', runCall))
    .argument('<tool>', 'name of the tool; "call list" shows them')
    .option('--args <json>', 'the tool’s input as a JSON object', jsonObject, {})
    .addOption(urlOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES.call);

  addSource(command('serve', 'The MCP server over Streamable HTTP', runServe))
    .addOption(settingOption('host'))
    .addOption(settingOption('port'))
    .addOption(settingOption('sessionIdleMinutes'))
    .addOption(settingOption('sessionTable'))
    .addOption(settingOption('getStream'))
    .addOption(settingOption('policy'))
    .addOption(settingOption('audit'))
    .addHelpText('after', EXAMPLES.serve);

  addSource(command('stdio', 'The MCP server over stdin and stdout, for a host to start', runStdio)).addHelpText(
    'after',
    EXAMPLES.stdio,
  );

  command('demo', 'Start the server on sample logs, ask it over HTTP and print the answer', runDemo)
    .addOption(settingOption('port').default('0'))
    .option('--keep', 'leave the server running')
    .addHelpText('after', EXAMPLES.demo);

  return program;
}

const EXAMPLES = {
  doctor: `
Examples:
  bedrock-spend doctor --region us-east-1,eu-west-1
  bedrock-spend doctor --json | jq .policy
`,
  breakdown: `
Examples:
  bedrock-spend breakdown --source ./logs --by model
  bedrock-spend breakdown --source './logs/2026/10/**/*.json.gz' --by day,model --csv > october.csv
  bedrock-spend breakdown --url http://127.0.0.1:3000/mcp --by principal
  bedrock-spend breakdown --source ./logs --by metadata.team --where model=anthropic.claude-opus-4-8
  bedrock-spend breakdown --source ./logs --by principal --from 2026-10-14 --to 2026-10-15 --timezone Europe/Berlin --json`,
  overTime: `
Examples:
  bedrock-spend over-time --source ./logs
  bedrock-spend over-time --source ./logs --interval hour --from 2026-10-14 --to 2026-10-15 --by principal`,
  report: `
Examples:
  bedrock-spend report --source ./logs --days 30
  bedrock-spend report --url http://127.0.0.1:3000/mcp`,
  prices: `
Examples:
  bedrock-spend prices
  bedrock-spend prices us.anthropic.claude-opus-4-8
  bedrock-spend prices amazon.nova-pro-v1:0 --region eu-west-1 --at 2026-09-01
  bedrock-spend prices --refresh --region us-east-1,eu-west-1`,
  reconcile: `
Examples:
  bedrock-spend reconcile --source ./logs --from 2026-10-01 --to 2026-11-01
  bedrock-spend reconcile --source ./logs --cur ./cost-reports --json`,
  call: `
Examples:
  bedrock-spend call list --source ./logs
  bedrock-spend call breakdown_spend --source ./logs --args '{"by":["model"]}'
  bedrock-spend call list_dimensions --url http://127.0.0.1:3000/mcp`,
  serve: `
Examples:
  bedrock-spend serve --source ./logs
  claude mcp add --transport http bedrock-spend http://127.0.0.1:3000/mcp`,
  stdio: `
Examples:
  claude mcp add bedrock-spend -- npx bedrock-spend stdio --source ~/bedrock-logs
  npx @modelcontextprotocol/inspector npx bedrock-spend stdio --source ./logs`,
  demo: `
Examples:
  bedrock-spend demo
  bedrock-spend demo --keep --port 3000`,
} as const;

// --- internal ---

function addSource(command: Command): Command {
  return command
    .addOption(settingOption('source'))
    .addOption(settingOption('prices'))
    .addOption(settingOption('priceList'))
    .addOption(settingOption('ledger'))
    .addOption(settingOption('maxScanUsd'))
    .addOption(settingOption('pseudonyms'))
    .option('--no-ledger', 'read all logs anew and keep nothing');
}

function addPeriod(command: Command): Command {
  return command
    .addOption(urlOption())
    .option('--from <time>', 'first day or instant; default: the first day of the logs')
    .option('--to <time>', 'end, exclusive; default: the end of the last day of the logs')
    .option('--where <dim=value>', 'only these; may be repeated', collect, [])
    .addOption(quoteOption())
    .addOption(settingOption('timezone'));
}

function settingOption(name: SettingName): Option {
  const { flag, env, help, fallback } = SETTINGS[name] as (typeof SETTINGS)['source'] & { fallback?: string };
  const note = `${help} (${fallback === undefined ? '' : `default: ${fallback}, `}env: ${env})`;
  return new Option(`${flag} <value>`, note);
}

const urlOption = () => new Option('--url <url>', 'ask the MCP server there; default: answer in this process');
const quoteOption = () => new Option('--quote', 'say what the question would read and cost, and do not ask it');
const jsonOption = () => new Option('--json', 'print one JSON object').conflicts('csv');
const csvOption = () => new Option('--csv', 'print comma-separated values');

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('Give a whole number.');
  return number;
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new InvalidArgumentError('Give a JSON object, e.g. \'{"by":["model"]}\'.');
}

function reportError(error: unknown): number {
  // Commander has printed its message, or the help or version that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof SpendError) {
    console.error(`bedrock-spend: ${printable(error.message)}`);
    return ERROR_CODES[error.code].fixer === 'caller' && error.code !== 'CANCELLED' ? EXIT.usage : EXIT.failure;
  }
  console.error(error);
  return EXIT.failure;
}
