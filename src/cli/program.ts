import { Command, CommanderError, Option } from 'commander';
import { AUTH_KINDS, ERAS } from '../client/options.ts';
import { SpendError } from '../domain/errors.ts';
import { VERSION } from '../mcp/version.ts';
import { ROUTINGS, TIERS } from '../reports/simulate/assumptions.ts';
import { USUAL_CACHE_SHARE, USUAL_SIZES } from '../reports/usual.ts';
import { EXAMPLES } from './examples.ts';
import { EXIT, exitCodeOf } from './exit.ts';
import {
  addAnswer,
  addOutlook,
  addPeriod,
  addPictures,
  addSource,
  asOfOption,
  atLeastOne,
  collect,
  commandsOf,
  count,
  csvOption,
  jsonObject,
  jsonOption,
  lengthOfTime,
  list,
  part,
  positive,
  quoteOption,
  settingOption,
  urlOption,
} from './options.ts';
import { cleanText } from './terminal/clean-text.ts';

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

  addPictures(
    addPeriod(
      addSource(
        command(
          'breakdown',
          'Cost and usage by any dimensions',
          async () => (await import('./usage-reports.ts')).runBreakdown,
        ),
      ),
    ),
  )
    .requiredOption(
      '--by <dimensions>',
      'dimensions, separated by commas: model, principal, region, day, metadata.team, …',
      list,
    )
    .option('--limit <rows>', 'most rows to print; totals always cover everything', count)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.breakdown);

  addPictures(
    addPeriod(
      addSource(
        command(
          'over-time',
          'Cost and usage per hour, day, week or month',
          async () => (await import('./usage-reports.ts')).runOverTime,
        ),
      ),
    ),
  )
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

  addPictures(
    addSource(
      command(
        'report',
        'Overview of the last days: totals, by day, region, model and user',
        async () => (await import('./usage-reports.ts')).runReport,
      ),
    ),
  )
    .option('--days <days>', 'days to look back', count, 7)
    .option('--region <region>', 'only requests sent to this region')
    .option('--account <id>', 'only this AWS account')
    .addOption(quoteOption())
    .addOption(urlOption())
    .addOption(settingOption('timezone'))
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.report);

  addOutlook(
    command(
      'anomalies',
      'Hours in which a caller spent far more than usual, and callers new to a model',
      async () => (await import('./outlook.ts')).runAnomalies,
    ),
  )
    .option('--from <time>', 'first day or instant to judge; default: the last seven days of the logs')
    .option('--to <time>', 'end, exclusive; default: the end of the logs')
    .option('--where <dim=value>', 'only these; may be repeated', collect, [])
    .option('--floor-usd <dollars>', 'dollars an hour above the usual that are not worth a look', '1')
    .option('--limit <rows>', 'most anomalies to print', count)
    .addHelpText('after', EXAMPLES.anomalies);

  addOutlook(
    command(
      'forecast',
      'What the month will cost, with a range',
      async () => (await import('./outlook.ts')).runForecast,
    ),
  )
    .addOption(
      new Option('--period <length>', 'the running one is forecast, to its end')
        .choices(['day', 'week', 'month'])
        .default('month'),
    )
    .option('--days <days>', 'in place of a period: the next days, today first', count)
    .option('--where <dim=value>', 'only these; may be repeated', collect, [])
    .addOption(asOfOption())
    .addHelpText('after', EXAMPLES.forecast);

  addOutlook(
    command(
      'check-budget',
      'Spend and forecast against budgets; ends with 5 when one is over',
      async () => (await import('./outlook.ts')).runCheckBudget,
    ),
  )
    .addOption(settingOption('budgets'))
    .addOption(asOfOption())
    .addHelpText('after', EXAMPLES.checkBudget);

  addPeriod(
    addSource(
      command(
        'expensive',
        'The single requests that cost most',
        async () => (await import('./expensive.ts')).runExpensive,
      ),
    ),
  )
    .option('--limit <requests>', 'most requests to print', count, 20)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.expensive);

  addAnswer(
    addSource(
      command(
        'explain',
        'Why spend changed: two periods, their difference taken apart by factor',
        async () => (await import('./explain.ts')).runExplain,
      ),
    ),
  )
    .option('--from <time>', 'period to explain; default: the last full week of the logs')
    .option('--to <time>', 'its end, exclusive')
    .option('--compare-from <time>', 'period to compare with; default: the equally long one right before')
    .option('--compare-to <time>', 'its end, exclusive')
    .option('--by <dimension>', 'what tells callers apart: principal, session, metadata.team, …', 'principal')
    .option('--limit <rows>', 'most contributors to print; the others are summed', count, 10)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.explain);

  addPeriod(
    addSource(
      command(
        'simulate',
        'What the same requests would have cost otherwise; or what saves most',
        async () => (await import('./simulate.ts')).runSimulate,
      ),
    ),
  )
    .option('--model <id>', 'on this model; with a prefix such as global. in this routing, too')
    .addOption(new Option('--routing <scope>', 'routed so').choices(ROUTINGS))
    .addOption(new Option('--tier <tier>', 'in this service tier').choices(TIERS))
    .option('--cache-share <part>', 'part of the uncached prompt that becomes a cached prefix, 0 to 1', part)
    .option('--cache-hit-rate <part>', 'part of the cached prefix that is read, not written anew, 0 to 1', part)
    .option('--input-token-factor <factor>', 'prompt tokens there for each of today', positive)
    .option('--output-token-factor <factor>', 'answer tokens there for each of today', positive)
    .option('--by <dimensions>', 'dimensions of the rows, separated by commas; default: model', list)
    .option('--limit <rows>', 'most rows to print; totals always cover everything', count)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.simulate);

  addPeriod(
    addSource(
      command(
        'caching',
        'What caching prompts saved and wasted, and who could cache and does not',
        async () => (await import('./caching.ts')).runCaching,
      ),
    ),
  )
    .addOption(
      new Option('--cache-share <part>', 'of prompts that are not cached, the part that could be')
        .argParser(part)
        .default(USUAL_CACHE_SHARE),
    )
    .option('--limit <rows>', 'most rows to print; totals always cover everything', count)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.caching);

  addPeriod(
    addSource(
      command(
        'waste',
        'Spend that brought little or nothing, by kind',
        async () => (await import('./waste.ts')).runWaste,
      ),
    ),
  )
    .option('--prompt-at-least <tokens>', 'prompts from this size on are oversized …', count, USUAL_SIZES.promptAtLeast)
    .option('--output-at-most <tokens>', '… for answers of at most this size', count, USUAL_SIZES.outputAtMost)
    .option('--limit <findings>', 'most findings to print; sums of kinds always cover everything', count)
    .addOption(jsonOption())
    .addOption(csvOption())
    .addHelpText('after', EXAMPLES.waste);

  command(
    'prices',
    'Prices with their source and date; all of them, or one model’s',
    async () => (await import('./prices.ts')).runPrices,
  )
    .argument('[model]', 'model id as in logs or code, with or without routing prefix, or an ARN')
    .option('--region <region>', 'region the request is sent to; default: that of an ARN, else us-east-1')
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

  command(
    'doctor',
    'Whether Bedrock’s logging is on, arrives and can be read, and what to do if not',
    async () => (await import('./doctor.ts')).runDoctor,
  )
    .option('--region <regions>', 'regions to look at, separated by commas; default: AWS_REGION', list)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES.doctor);

  addSource(
    command(
      'reconcile',
      'The AWS bill beside the logs, and why they differ; costs about 3 cents',
      async () => (await import('./reconcile.ts')).runReconcile,
    ),
  )
    .option('--from <day>', 'first UTC day; default: the last full month')
    .option('--to <day>', 'end, exclusive')
    .addOption(settingOption('cur'))
    .addOption(new Option('--json', 'print one JSON object'))
    .addHelpText('after', EXAMPLES.reconcile);

  addSource(
    command(
      'export-focus',
      'Usage as FinOps FOCUS charges, CSV or Parquet',
      async () => (await import('./export-focus.ts')).runExportFocus,
    ),
  )
    .option('--from <day>', 'first UTC day; default: the first day of the logs')
    .option('--to <day>', 'end, exclusive; default: the end of the last day of the logs')
    .option('--where <dim=value>', 'only these; may be repeated', collect, [])
    .option('--tag <dimension>', 'metadata.KEY or tag.KEY for the column Tags; may be repeated', collect, [])
    .addOption(urlOption())
    .addOption(quoteOption())
    .option('--output <file>', 'a .csv or .parquet file; default: CSV on stdout')
    .addHelpText('after', EXAMPLES.exportFocus);

  addSource(command('call', 'Call one MCP tool', async () => (await import('./call.ts')).runCall))
    .argument('<tool>', 'name of the tool; "call list" shows them')
    .option('--args <json>', 'the tool’s input as a JSON object', jsonObject, {})
    .addOption(urlOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES.call);

  command(
    'connect',
    'A shell on an MCP server: tools, resources, prompts; a script from a pipe',
    async () => (await import('./connect.ts')).runConnect,
  )
    .argument('[server]', 'address of the server, or the name of a profile')
    .addOption(new Option('--era <era>', 'the protocol’s: 2025 has sessions, 2026 has none').choices(ERAS))
    .option('--record <file>', 'save what goes over the wire, without secrets, as JSON lines')
    .addOption(new Option('--json', 'print answers as JSON').conflicts('csv'))
    .addOption(csvOption())
    .option('--no-color', 'print without colours')
    .addHelpText('after', EXAMPLES.connect);

  const profiles = program
    .command('profiles')
    .description('Servers under a name, for connect and --url')
    .exitOverride();
  const profileCommand = commandsOf(profiles, finish);
  profileCommand(
    'add',
    'Give a server a name; its key is asked for, read from a pipe or from BEDROCK_SPEND_API_KEY',
    async () => (await import('./profiles.ts')).runProfilesAdd,
  )
    .argument('<name>')
    .argument('<url>')
    .addOption(new Option('--era <era>', 'the protocol’s era').choices(ERAS).default('auto'))
    .addOption(new Option('--auth <kind>', 'what the server wants to be shown').choices(AUTH_KINDS).default('none'));
  profileCommand('list', 'Show them', async () => (await import('./profiles.ts')).runProfilesList)
    .addOption(new Option('--json', 'print one JSON object'))
    .option('--no-color', 'print without colours');
  profileCommand(
    'remove',
    'Forget one, and its key',
    async () => (await import('./profiles.ts')).runProfilesRemove,
  ).argument('<name>');
  profiles.addHelpText('after', EXAMPLES.profiles);

  addSource(command('serve', 'The MCP server over Streamable HTTP', async () => (await import('./serve.ts')).runServe))
    .addOption(settingOption('host'))
    .addOption(settingOption('port'))
    .addOption(settingOption('sessionIdleMinutes'))
    .addOption(settingOption('sessionTable'))
    .addOption(settingOption('getStream'))
    .addOption(settingOption('keys'))
    .addOption(settingOption('rateLimit'))
    .addOption(settingOption('allowedHosts'))
    .addOption(settingOption('allowedOrigins'))
    .addOption(settingOption('policy'))
    .addOption(settingOption('audit'))
    .addHelpText('after', EXAMPLES.serve);

  const keys = program
    .command('keys')
    .description('API keys for “serve”: who may call it')
    .exitOverride()
    .addHelpText('after', EXAMPLES.keys);
  const keyCommand = commandsOf(keys, finish);
  keyCommand('create', 'Make a key and print it, once', async () => (await import('./keys.ts')).runCreateKey)
    .argument('<name>', 'who or what it is for')
    .option('--expires <time>', 'when it ends, from now: 12h, 90d', lengthOfTime)
    .option('--rate <requests>', 'most requests a minute; default: the server’s', atLeastOne)
    .addOption(settingOption('keys'))
    .addOption(new Option('--json', 'print one JSON object'));
  keyCommand('list', 'The keys, without what they are', async () => (await import('./keys.ts')).runListKeys)
    .addOption(settingOption('keys'))
    .addOption(new Option('--json', 'print a JSON array'));
  keyCommand(
    'revoke',
    'End a key; running servers refuse it at once',
    async () => (await import('./keys.ts')).runRevokeKey,
  )
    .argument('<name-or-id>', 'as “keys list” shows it')
    .addOption(settingOption('keys'));

  addSource(
    command(
      'stdio',
      'The MCP server over stdin and stdout, for a host to start',
      async () => (await import('./serve.ts')).runStdio,
    ),
  ).addHelpText('after', EXAMPLES.stdio);

  command(
    'config',
    'Settings to paste into Claude Code, Claude Desktop, Cursor, VS Code, Kiro or the Inspector',
    async () => (await import('./config.ts')).runConfig,
  )
    .addOption(settingOption('source'))
    .option('--url <url>', 'of a server that runs already; default: the host starts one')
    .option('--no-key', 'the server at the URL asks for no API key')
    .addOption(new Option('--json', 'print one JSON array'))
    .addHelpText('after', EXAMPLES.config);

  command(
    'demo',
    'Start the server on sample logs, ask it over HTTP and print the answer',
    async () => (await import('./demo.ts')).runDemo,
  )
    .addOption(settingOption('port').default('0'))
    .option('--keep', 'leave the server running')
    .addHelpText('after', EXAMPLES.demo);

  return program;
}

// --- internal ---

function reportError(error: unknown): number {
  // Commander has printed its message, or the help or version that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof SpendError) console.error(`bedrock-spend: ${cleanText(error.message)}`);
  else console.error(error);
  return exitCodeOf(error);
}
