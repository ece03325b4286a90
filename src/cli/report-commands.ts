import { Option } from 'commander';
import { ROUTINGS, TIERS } from '../reports/simulate/assumptions.ts';
import { USUAL_CACHE_SHARE, USUAL_SIZES } from '../reports/usual.ts';
import { EXAMPLES } from './examples.ts';
import {
  type AddCommand,
  addAnswer,
  addOutlook,
  addPeriod,
  addPictures,
  addSource,
  asOfOption,
  collect,
  count,
  csvOption,
  jsonOption,
  list,
  part,
  positive,
  quoteOption,
  settingOption,
  urlOption,
} from './options.ts';

/** Commands that answer from a source: spend, why it is so, what it may become, and what stands behind it. */
export function addReportCommands(command: AddCommand): void {
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
      async () => (await import('./forecast.ts')).runAnomalies,
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
      async () => (await import('./forecast.ts')).runForecast,
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
      async () => (await import('./forecast.ts')).runCheckBudget,
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
}
