/**
 * What is taken to be so of AWS, by the double or the part of AWS. docs/aws-assumptions.md is made from it (scripts/make-docs.ts);
 * assumptions.test.ts holds it to the files it names and to the doubles' switches.
 */
import type { Assumptions as AthenaSwitches } from './athena/assumptions.ts';
import type { Assumptions as LogsSwitches } from './cloudwatch-logs/assumptions.ts';

export type Assumption = readonly [
  /** What AWS does. Of a switch: what is assumed first, then what else may be. */
  says: string,
  /** Addresses of pages, or `not documented`, and what else there is. */
  page: string,
  /** A file that goes by it. */
  source: string,
  /** A file that tests what we make of it. */
  test: string,
  /** What becomes of a user's answer. */
  wrong: string,
];

const CWL = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs';
const LOGS_API = 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference';
const METRICS_API = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference';
const ATHENA = 'https://docs.aws.amazon.com/athena/latest';
const BEDROCK = 'https://docs.aws.amazon.com/bedrock/latest/userguide';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg';
const GATEWAY = 'https://docs.aws.amazon.com/apigateway/latest/developerguide';
const DYNAMODB = 'https://docs.aws.amazon.com/amazondynamodb/latest';
const STREAM_PAGE = `${GATEWAY}/response-transfer-mode.html`;
const BEDROCK_LOGS = `${BEDROCK}/model-invocation-logging.html`;
const AWSKT = 'not documented; tests of the Kotlin library awskt against AWS, August 2026';
const A_LOCAL =
  'not documented; measured in [aoyagikouhei/athena-local](https://github.com/aoyagikouhei/athena-local/tree/main/docs/dev/measurements), September 2026';

const INSIGHTS = 'src/engines/cloudwatch/insights-query.ts';
const RUN_INSIGHTS = 'src/engines/cloudwatch/run-query.ts';
const PLAIN = 'src/engines/cloudwatch/plain-query.ts';
const DOUBTS = 'src/engines/cloudwatch/record-doubts.ts';
const READ_DOUBTS = 'src/engines/cloudwatch/read-doubts.ts';
const LOGS_TEST = 'test/e2e/cloudwatch.test.ts';
const WIDE_TEST = 'test/e2e/cloudwatch-wide.test.ts';
const ATHENA_SQL = 'src/engines/athena/athena-query.ts';
const RUN_ATHENA = 'src/engines/athena/run-query.ts';
const TASKS_TEST = 'test/e2e/tasks.test.ts';
const ATHENA_TEST = 'test/e2e/athena.test.ts';
const METRICS_TEST = 'test/e2e/metrics.test.ts';
const BILL = 'src/bill/cost-explorer.ts';
const BILL_TEST = 'test/e2e/reconcile.test.ts';
const RECORD = 'src/logs/record.ts';
const RECORD_TEST = 'src/logs/record.test.ts';
const FUNCTION = 'packages/serverless-mcp/src/lambda/index.ts';
const RESULTS = 'packages/serverless-mcp/src/lambda/results.ts';
const GATEWAY_TEST = 'packages/serverless-mcp-dev/test/gateway.test.ts';
const DEPLOYED_TEST = 'test/system/deployed.test.ts';
const STORE_TEST = 'packages/serverless-mcp/src/dynamodb/store.test.ts';
const TEMPLATE = 'deploy/template.yaml';
const EITHER = 'nothing: both ways give the same answer';

/** A client should work either way: its tests are run with both. */
// biome-ignore format: a table, a row a line
export const LOGS_SWITCHES: Readonly<Record<keyof LogsSwitches, Assumption>> = {
  endTime: ['`endTime` includes its instant; or all of its second', `${LOGS_API}/API_StartQuery.html says "included", not which; the first, as AWS says in aws/aws-sdk#280`, 'src/engines/cloudwatch/slice.ts', LOGS_TEST, EITHER],
  numbers: ['numbers in results are written plainly (`128000000`); or as Java writes doubles (`1.28E8`)', 'not documented; both are on record, for different fields (grafana/grafana#96916, oslabs-beta/Embr)', 'src/engines/cloudwatch/plain-row.ts', LOGS_TEST, EITHER],
  missingIsNotEqual: ['`a != "x"` holds for an event without `a`; or does not', 'not documented', DOUBTS, LOGS_TEST, EITHER],
  sumOfNothing: ['`sum` of a field that no event of the group has is absent; or 0', 'not documented', INSIGHTS, LOGS_TEST, EITHER],
  statsOfNothing: ['`stats` without `by` over no events gives no row; or a row', 'not documented', INSIGHTS, LOGS_TEST, EITHER],
  keptFields: ['of more than 200 fields of an event the first are extracted; or the last; or any', `${CWL}/CWL_AnalyzeLogData-discoverable-fields.html has the number alone`, PLAIN, WIDE_TEST, EITHER],
  parseBeyondFields: ['`parse` reads an event of more than 200 fields; or does not', `${CWL}/CWL_AnalyzeLogData-discoverable-fields.html says to use it for that, ${CWL}/CWL_QuerySyntax-Parse.html that it cannot`, PLAIN, WIDE_TEST, 'without `jsonParse`, large records are read event by event: slower, not wrong'],
  functions: ['`jsonParse`, `if` and `case` are there in every region and class of log group; or some are not', `${CWL}/CWL_QuerySyntax-operations-functions.html lists them; older copies do not`, 'src/engines/cloudwatch/insights.ts', WIDE_TEST, 'the place is asked in another way from then on; `stop_reason` of streams is `(none)`'],
  jsonParseBytes: ['`jsonParse` reads a text of any size; or of so many bytes', 'not documented', DOUBTS, WIDE_TEST, 'larger records are read event by event'],
  jsonNumbers: ['`jsonStringify` writes numbers plainly; or as Java does', 'not documented', 'src/engines/cloudwatch/parsed-record.ts', LOGS_TEST, EITHER],
  jsonKeys: ['`jsonStringify` leaves keys in their order; or sorts them', 'not documented', 'src/engines/cloudwatch/parsed-record.ts', LOGS_TEST, EITHER],
  concatOfMissing: ['`concat` leaves out an argument without value; or gives none', 'not documented', DOUBTS, WIDE_TEST, EITHER],
  textIsNumeric: ['numeric functions and arithmetic take text that looks like a number; or not', `not documented; in ${CWL}/CWL_QuerySyntax-examples.html \`filter\` and \`avg\` do`, 'src/engines/cloudwatch/record-counts.ts', WIDE_TEST, EITHER],
  structuresInStats: ['a map or list in `stats`, `sort` or `dedup` makes the query fail; or counts as no value', `${CWL}/CWL_QuerySyntax-operations-functions.html says "isn't supported"`, 'src/engines/cloudwatch/record-texts.ts', WIDE_TEST, EITHER],
};

/** The same, of Athena. */
// biome-ignore format: a table, a row a line
export const ATHENA_SWITCHES: Readonly<Record<keyof AthenaSwitches, Assumption>> = {
  pathPruning: ['conditions on `"$path"` that are ranges of values keep objects from being read, and NOT LIKE does not; or any condition does', 'not documented', ATHENA_SQL, ATHENA_TEST, 'the same answer, for other money: bodies below `data/` are scanned and charged for, or not'],
};

// biome-ignore format: a table, a row a line
export const ASSUMPTIONS: Readonly<Record<string, Readonly<Record<string, Assumption>>>> = {
  'CloudWatch Logs': {
    ...LOGS_SWITCHES,
    wholeSeconds: ['StartQuery takes whole seconds, the first included', `${LOGS_API}/API_StartQuery.html`, RUN_INSIGHTS, LOGS_TEST, 'events at the seams of slices count twice or not at all; the query itself cuts to the millisecond, so only if it ignored its own filter'],
    mostRows: ['a query gives 10,000 rows, with `limit` up to 100,000, 10,000 a page', `${LOGS_API}/API_GetQueryResults.html`, RUN_INSIGHTS, LOGS_TEST, 'sums lack what was cut; a full result is halved, one that is cut earlier is not noticed'],
    groupsOfStats: ['`stats` by request keeps every group within a query, or shows its loss in the sum of records', 'not documented', 'src/engines/cloudwatch/insights.ts', LOGS_TEST, 'records that repeat count twice, with a note'],
    queryCharacters: ['a query has 10,000 characters at most', `${LOGS_API}/API_StartQuery.html`, INSIGHTS, 'src/engines/cloudwatch/insights-query.test.ts', 'long filters are refused by AWS instead of by us'],
    branchesOfCase: ['`case` has ten branches at most', `${CWL}/CWL_QuerySyntax-operations-functions.html`, INSIGHTS, 'src/engines/cloudwatch/insights-query.test.ts', 'none: fewer are used'],
    jsonParseDepth: ['`jsonParse` gives fields at any depth and in any number, by `m.a.b` and `m.a[0]`', `${CWL}/CWL_QuerySyntax-operations-functions.html`, 'src/engines/cloudwatch/parsed-record.ts', WIDE_TEST, 'counts are missing, and the text mentions them: such requests are read event by event'],
    refusedBeforeScan: ['what of the language is not known is refused by StartQuery, MalformedQueryException', `${LOGS_API}/API_StartQuery.html`, RUN_INSIGHTS, WIDE_TEST, 'the query fails in its course, and is asked in the other way all the same'],
    outsideWords: ['a slice before the group was made, or past its retention, is refused in words that hold "retention" or "creation time"', 'not documented; in error reports of half a dozen projects', RUN_INSIGHTS, LOGS_TEST, 'a question that begins before the logs fails instead of being answered from what there is'],
    tooManyQueries: ['LimitExceededException when too many queries run; 100 at a time, 30 in some regions', `${CWL}/cloudwatch_limits_cwl.html`, RUN_INSIGHTS, LOGS_TEST, 'the report fails at once instead of waiting its turn'],
    stopEnded: ['StopQuery of an ended query is an InvalidParameterException, of a stopped one success', AWSKT, RUN_INSIGHTS, 'rigs/cloudwatch-logs/queries.test.ts', 'none: it does not matter what it answers'],
    queryOutlives: ['a query goes on, and its result can be fetched by its id for days, whoever started it and is gone', `${LOGS_API}/API_StartQuery.html, ${CWL}/cloudwatch_limits_cwl.html`, RUN_INSIGHTS, TASKS_TEST, 'a task ends with an error instead of its answer'],
    emptyPages: ['a page of FilterLogEvents may be empty and not the last; 1 MB or 10,000 events at most', `${LOGS_API}/API_FilterLogEvents.html`, 'src/engines/cloudwatch/filter-events.ts', LOGS_TEST, 'events would be missing'],
    patternFindsIds: ['the filter pattern `"ID"` matches an event with that text in it', `${CWL}/FilterAndPatternSyntax.html`, READ_DOUBTS, WIDE_TEST, 'a request in doubt is not found, and counted as not known'],
    filterSpeed: ['five FilterLogEvents a second at least, so 5 MB', `${CWL}/cloudwatch_limits_cwl.html`, 'src/engines/cloudwatch/quote.ts', LOGS_TEST, 'the quoted seconds are wrong'],
    incomingBytes: ['IncomingBytes of a log group are the bytes that a query over that time scans and charges for', 'not documented', 'src/engines/cloudwatch/quote.ts', LOGS_TEST, 'the quote is wrong; the bytes that were scanned are told afterwards'],
    lastEventLate: ['lastEventTimestamp may be an hour late', `${LOGS_API}/API_LogStream.html`, 'src/engines/cloudwatch/streams.ts', LOGS_TEST, 'a question without a period ends an hour early'],
    errorNames: ['errors have the names in the model of each service, or those common to all', 'https://docs.aws.amazon.com/mgn/latest/APIReference/CommonErrors.html', 'src/aws/error-kind.ts', 'rigs/aws/model.test.ts', 'the message says QUERY_FAILED instead of what to do'],
    protocolErrors: ['a body that cannot be read is SerializationException; denials in XML are AccessDenied', 'not documented', 'src/aws/error-kind.ts', 'rigs/aws/model.test.ts', 'as above'],
  },
  Athena: {
    ...ATHENA_SWITCHES,
    caseOfKeys: ['with `case.insensitive` false, keys of records, of maps and of JSON in texts keep their case; columns are found by `mapping.`, also within structs', `${ATHENA}/ug/openx-json-serde.html`, 'src/engines/athena/table.ts', ATHENA_TEST, 'metadata keys are in lower case; bodies are read in lower case anyway'],
    queryBytes: ['a query has 262,144 bytes of UTF-8 at most', `${ATHENA}/ug/service-limits.html`, 'src/engines/athena/top-query.ts', ATHENA_TEST, 'long filters are refused by AWS instead of being shortened'],
    projection: ['`injected` columns must be compared with values, `date` ones read only the folders of the condition', `${ATHENA}/ug/partition-projection-supported-types.html`, 'src/engines/athena/table.ts', 'rigs/athena/scan/projection.test.ts', 'queries fail, or read all folders: the workgroup’s limit holds'],
    headerRow: ['the first row of a result names the columns, and a NULL has no VarCharValue', `${ATHENA}/APIReference/API_GetQueryResults.html`, RUN_ATHENA, ATHENA_TEST, 'the first row would be lost'],
    tableMissing: ['a missing table fails with TABLE_NOT_FOUND, SCHEMA_NOT_FOUND or EntityNotFoundException in the reason', A_LOCAL, RUN_ATHENA, ATHENA_TEST, 'the error does not say `create=yes`'],
    cutOffWords: ['the limit of a workgroup ends a query as CANCELLED, "Bytes scanned limit was exceeded"', 'not documented; two public course repositories, 2026', RUN_ATHENA, ATHENA_TEST, 'the error says that somebody stopped the query'],
    deniedWords: ['a file that may not be read fails the query with PERMISSION_DENIED or "Access Denied"', 'not documented; a recorded answer in public notes', RUN_ATHENA, ATHENA_TEST, 'the error does not name the permissions'],
    damagedWords: ['a damaged file fails the query with HIVE_CURSOR_ERROR or HIVE_BAD_DATA', 'not documented; a public course repository, 2026', RUN_ATHENA, ATHENA_TEST, 'the error does not point to the S3 source'],
    sameToken: ['StartQueryExecution with a ClientRequestToken that was used gives the query that it started', `${ATHENA}/APIReference/API_StartQueryExecution.html, which does not say for how long`, RUN_ATHENA, TASKS_TEST, 'a query is paid for twice where an instance died between starting it and keeping its id'],
    refusedWorkGroup: ['InvalidRequestException for a workgroup that is not there, and where nothing says where results go', `${A_LOCAL}; aws/aws-sdk-js-v3#3589`, 'src/engines/athena/index.ts', ATHENA_TEST, 'the error is Athena’s own name'],
    managedWords: ['a workgroup that keeps its results itself refuses a place for them: "ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together."', 'not documented; opencost/opencost#3257, DyfanJones/noctua#227', RUN_ATHENA, ATHENA_TEST, 'the error names the workgroup and `output`, and the query does not run'],
    enforcedPlace: ['a workgroup that overrides its clients writes to its own place, whatever a query says', `${ATHENA}/ug/workgroups-settings-override.html`, 'deploy/apps/bedrock_spend/permissions.py', 'test/e2e/deploy-script/parts.test.ts', 'the function may not write the results'],
    defaultDatabase: ['every query needs `glue:GetDatabase` on `database/default`, and one that creates `glue:CreateDatabase`', `${ATHENA}/ug/fine-grained-access-to-glue-resources.html`, 'deploy/apps/bedrock_spend/permissions.py', 'test/e2e/deploy-script/parts.test.ts', 'nothing: more is allowed than needed'],
    malformedLines: ['with `ignore.malformed.json` a line that is no JSON is a row of NULLs', 'not documented; a public course repository, 2026', 'src/engines/athena/table.ts', ATHENA_TEST, 'such lines are not counted, or fail the query'],
    trino: ['engine 3 evaluates functions, casts and JSON paths as Trino documents them', 'https://trino.io/docs/current/functions.html', ATHENA_SQL, ATHENA_TEST, 'counts that are found otherwise than by the parser of files'],
  },
  'CloudWatch metrics': {
    invocations: ['Invocations are calls that came through; errors come on top', `${BEDROCK}/monitoring-runtime-metrics.html, of which copies differ`, 'src/engines/metrics/groups.ts', METRICS_TEST, 'the number of calls is too high by the errors, which a note gives; tokens and dollars are right'],
    listed: ['ListMetrics names what had data in the last two weeks', `${METRICS_API}/API_ListMetrics.html`, 'src/engines/metrics/offered.ts', METRICS_TEST, 'models out of use are missed, which the answer says'],
    kept: ['sums are kept by the minute for 15 days, by 5 minutes for 63, by the hour for 455', 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html', 'src/engines/metrics/cells.ts', METRICS_TEST, 'a question is refused that could be answered, or fails at AWS'],
    queriesPerCall: ['500 queries a call of GetMetricData; PartialData says that there is more', `${METRICS_API}/API_GetMetricData.html`, 'src/engines/metrics/readings.ts', METRICS_TEST, 'half a sum would be taken for a whole'],
    tiersAgain: ['by ModelId alone a model has all its calls, by ServiceTier and ResolvedServiceTier some of them again', `${BEDROCK}/monitoring-runtime-metrics.html`, 'src/engines/metrics/groups.ts', METRICS_TEST, 'calls count twice; where the tiers add up to more than the whole, a note says so'],
    profileIds: ['ModelId of an application inference profile is its short id', 'not documented; awslabs/bedrock-usage-analyzer', 'src/engines/metrics/groups.ts', METRICS_TEST, 'usage through profiles has no price'],
    cacheNames: ['cached tokens are CacheReadInputTokens or CacheReadInputTokenCount', `${BEDROCK}/monitoring-runtime-metrics.html, of which copies differ`, 'src/engines/metrics/counters.ts', METRICS_TEST, 'cached tokens are missing'],
    cellStart: ['cells of a period begin at its start, or at multiples of their length', `${METRICS_API}/API_MetricStat.html`, 'src/engines/metrics/cells.ts', METRICS_TEST, EITHER],
    callsPerSecond: ['50 GetMetricData a second', 'https://repost.aws/knowledge-center/cloudwatch-getmetricdata-api', 'src/engines/metrics/metrics-target.ts', METRICS_TEST, 'UPSTREAM_BUSY more often'],
  },
  'Cost Explorer': {
    serviceNames: ['all services of Bedrock have "Amazon Bedrock" in their names, Marketplace models included', `${BEDROCK}/cost-mgmt-understanding-cur-data.html`, 'src/bill/bill.ts', BILL_TEST, 'the bill lacks them: usage that was logged seems not to be billed'],
    twoGroups: ['GetCostAndUsage groups by two dimensions at most', 'https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html', BILL, BILL_TEST, 'none: two are used'],
    estimated: ['Estimated marks the days to which AWS may still add', 'https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_ResultByTime.html', BILL, BILL_TEST, 'a gap is called unexplained that time closes'],
    requestPrice: ['each page of an answer costs 0.01 USD', 'https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/', BILL, BILL_TEST, 'the note about the cost of asking is wrong'],
    usageTypes: ['usage types of Bedrock tell region, model, class of tokens, tier and routing', `${BEDROCK}/cost-mgmt-understanding-cur-data.html; those of Marketplace models not documented`, 'src/bill/usage-type.ts', 'src/bill/usage-type.test.ts', 'lines of the bill go into `unexplained`'],
  },
  'Bedrock’s logs and names': {
    layout: ['log files lie in `AWSLogs/ACCOUNT/BedrockModelInvocationLogs/REGION/yyyy/MM/dd/HH/`, bodies below `data/` of these', BEDROCK_LOGS, 'src/engines/files/log-name.ts', 'src/engines/files/discover.test.ts', 'files are not found, or bodies are read as records'],
    stream: ['logs in CloudWatch are in the stream `aws/bedrock/modelinvocations`', BEDROCK_LOGS, 'src/engines/cloudwatch/streams.ts', LOGS_TEST, 'other streams are looked at instead'],
    bodies: ['bodies over 100 KB are objects of their own, counts stay in the record', BEDROCK_LOGS, RECORD, RECORD_TEST, 'records would be larger; read all the same'],
    cachedApart: ['inputTokenCount of Claude leaves cached tokens out; of others the total of the body tells', 'not documented of records; measured, live records of 2026 (Haarris/cachecanary)', RECORD, RECORD_TEST, 'cached tokens are paid for twice, or not'],
    streamObject: ['ConverseStream is logged as one object, InvokeModelWithResponseStream as a list of events', 'not documented; every public record', RECORD, RECORD_TEST, 'both are read in both shapes'],
    deliveredLate: ['records come into folders of the hour within three hours', 'not documented; 6 to 13 s in 25 records', 'src/engines/athena/log-folders.ts', ATHENA_TEST, 'Athena misses records that come later'],
    settled: ['an hour that is over for an hour gets no more records, and its requests none', 'not documented; 6 to 13 s in 25 records; requests take 60 minutes at most: https://docs.aws.amazon.com/nova/latest/nova2-userguide/important-timeout-configuration.html', 'src/engines/scans/shared-scans.ts', 'src/engines/scans/shared-scans.test.ts', 'instances that keep what scans found miss what comes later, for a week'],
    repeats: ['a request may be logged more than once, with the same account, region and request id', 'not documented', 'src/engines/grouping/merge.ts', 'test/contracts/engine.ts', 'requests count twice where ids differ'],
    routerTags: ["AWS's own prompt routers have no tags", 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListTagsForResource.html', 'src/names/bedrock/look-up.ts', 'test/e2e/names.test.ts', 'their tags are not shown'],
    profileRouting: ['the destinations of a profile tell how it routes: one geography or several', 'not documented', 'src/names/bedrock/profile-model.ts', 'src/names/bedrock/profile-model.test.ts', 'a tenth too much or too little for Claude since 4.5'],
    archived: ['objects of the archive classes cannot be read', 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html', 'src/engines/files/s3/list.ts', 'test/e2e/s3.test.ts', 'they are left out with a note'],
  },
  'Lambda and API Gateway': {
    shapes: ['events, results and the Runtime API are as the pages show them; there is no published model', `${GATEWAY}/set-up-lambda-proxy-integrations.html, ${LAMBDA}/runtimes-api.html`, 'packages/serverless-mcp/src/lambda/events.ts', GATEWAY_TEST, 'requests fail with 500'],
    metadata: ['a stream begins with JSON and eight zero bytes, within 16 KB, at the first write', `${GATEWAY}/response-transfer-mode-lambda.html`, RESULTS, GATEWAY_TEST, 'every answer is an error'],
    noMetadata: ['a stream without metadata is 502', `${GATEWAY}/response-transfer-mode-lambda.html says "a 500 error response"`, FUNCTION, GATEWAY_TEST, 'none: there is always metadata'],
    neverCancelled: ['the function hears nothing of a client that leaves', `${STREAM_PAGE}; aws/aws-lambda-nodejs-runtime-interface-client#145`, 'packages/serverless-mcp/src/inbox.ts', GATEWAY_TEST, 'calls could end sooner than they do'],
    frozen: ['an instance stops between invocations, and goes on with the next', `${LAMBDA}/lambda-runtime-environment.html`, FUNCTION, 'test/contracts/lambda-function.ts', 'none: all work is done before the function returns'],
    timeout: ['29 s by default, in streams as well, up to 15 minutes; 5 minutes of silence', `${GATEWAY}/api-gateway-execution-service-limits-table.html`, TEMPLATE, GATEWAY_TEST, 'long calls are cut; clients go on with the stream'],
    resultBytes: ['6 MB of a request and of a buffered result; 413 between that and 10 MB', `${LAMBDA}/gettingstarted-limits.html; 413 not documented`, RESULTS, 'test/contracts/lambda-function.ts', 'another status for a request that is too large'],
    renamedHeaders: ['WWW-Authenticate of a function is renamed; those of gateway responses are not', `${GATEWAY}/api-gateway-known-issues.html`, TEMPLATE, DEPLOYED_TEST, 'clients are not told where to log in'],
    contentType: ['a default Content-Type is added in STREAM mode, also to 202 and 204', 'not documented', RESULTS, GATEWAY_TEST, 'Codex does not like a 202 with a type'],
    contentLength: ['events come without Content-Length', 'not documented; recorded events', 'packages/serverless-mcp/src/lambda/events.ts', GATEWAY_TEST, 'none'],
    authorizerFirst: ['an authorizer is asked before the key, the rate comes before the quota', 'not documented', TEMPLATE, GATEWAY_TEST, 'another refusal than the one that is expected'],
    keyFromAuthorizer: ['`usageIdentifierKey` of an authorizer is the key', `${GATEWAY}/api-gateway-lambda-authorizer-output.html`, 'src/http/authorizer.ts', DEPLOYED_TEST, 'nobody gets in by `Authorization: Bearer`'],
    unknownStage: ['403 Missing Authentication Token for a path that is not there; 403 Forbidden, as AWS words it, for a stage', 'not documented', TEMPLATE, DEPLOYED_TEST, 'another status for a wrong URL'],
    slash: ['`/prod/mcp/` is `/prod/mcp`: the resource is the same, the path keeps the slash. Or it is a path that is not there', 'not documented; aws-powertools/powertools-lambda-python#1552, floci-io/floci#1557', TEMPLATE, GATEWAY_TEST, 'who ends the URL with a slash is told where the endpoint is'],
    throttledFunction: ['a throttled function is 500 to the client', 'https://repost.aws/questions/QUfI6bsdd0SOiPeyimzxSkfQ/api-gateway-proxy-integration-does-not-forward-lambda-throttling-http-429-to-client-needs-product-support', TEMPLATE, GATEWAY_TEST, 'another status under load'],
    imageUser: ['an image runs as a user without rights, on a file system that is read-only but for /tmp', `${LAMBDA}/images-create.html`, 'deploy/Dockerfile', 'test/system/image.test.ts', 'the function does not start'],
  },
  DynamoDB: {
    conditions: ['a conditional write succeeds for one of those who try at once; consistent reads see it', `${DYNAMODB}/developerguide/Expressions.ConditionExpressions.html`, 'packages/serverless-mcp/src/dynamodb/channels.ts', STORE_TEST, 'events of a session are lost'],
    lateExpiry: ['TTL deletes within days, not at once', `${DYNAMODB}/developerguide/TTL.html`, 'packages/serverless-mcp/src/dynamodb/items.ts', STORE_TEST, 'none: reads look at the time themselves'],
    itemBytes: ['an item holds 400 KB, names included', `${DYNAMODB}/developerguide/ServiceQuotas.html`, 'packages/serverless-mcp/src/dynamodb/items.ts', STORE_TEST, 'large answers cannot be resumed'],
    batch: ['BatchWriteItem takes 25 items and returns those that it did not write', `${DYNAMODB}/APIReference/API_BatchWriteItem.html`, 'packages/serverless-mcp/src/dynamodb/channels.ts', STORE_TEST, 'large answers are slower'],
    dynalite: ['DynamoDB answers and refuses as dynalite does', 'https://github.com/architect/dynalite', 'packages/serverless-mcp/src/dynamodb/index.ts', STORE_TEST, 'sessions fail on AWS that work here'],
  },
  'CloudFormation and STS': {
    changeSets: ['a change set says what would be replaced; without changes it FAILs with "didn\'t contain changes"', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html; the words not documented', 'deploy/deployer/changes.py', 'test/e2e/deploy-script/deploy.test.ts', 'deploying twice ends in an error'],
    states: ['a stack that failed at first can only be deleted; UPDATE_ROLLBACK_FAILED can be continued', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html', 'deploy/deployer/stack.py', 'test/e2e/deploy-script/failures.test.ts', 'the advice after a failure is wrong'],
    handlers: ['what CloudFormation asks for each type of resource, in the name of who deploys', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html says that it does, not what; each type has a list in the registry', 'deploy/deployer/own_permissions.py', 'test/e2e/deploy-script/guardrails.test.ts', 'deploying stops at a permission, which AWS names'],
    leftUnreserved: ['Lambda keeps 100 functions at once unreserved, and GetAccountSettings tells how many there are', 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html', 'deploy/deployer/account.py', 'test/e2e/deploy-script/deploy.test.ts', 'a deployment fails in its course and is rolled back'],
    encryptionChanges: ['a table goes from a key that AWS manages to one that it owns without being replaced', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html', TEMPLATE, 'test/e2e/deploy-script/upgrade.test.ts', 'the change set says that the table is replaced; sessions begin anew'],
    aliasMoves: ['CodeDeploy moves an alias while the stack is updated, and an alarm moves it back', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html', TEMPLATE, 'test/e2e/deploy-script/deploy.test.ts', 'a new version takes over at once'],
    signedCallers: ['an API with AWS_IAM has who signed in requestContext.identity.userArn; without a signature it answers MISSING_AUTHENTICATION_TOKEN', `${GATEWAY}/api-gateway-mapping-template-reference.html, ${GATEWAY}/supported-gateway-response-types.html`, TEMPLATE, 'test/e2e/deploy-script/guardrails.test.ts', 'no client gets in with IamAccess'],
    outputsAlone: ['a change set that changes outputs alone can be run; one that changes metadata alone has "no changes"', 'not documented; cross-stack references of the CDK are such change sets', 'deploy/deployer/template.py', 'test/e2e/deploy-script/deploy.test.ts', 'what is set to its default is not remembered'],
    foundEarly: ['a change set that fails in early validation has its findings in DescribeEvents', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html', 'deploy/deployer/changes.py', 'test/e2e/deploy-script/failures.test.ts', 'the error names the kind of validation alone'],
    explicitDeny: ['AWS says "with an explicit deny in" of what a policy forbids', 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html', 'deploy/deployer/aws.py', 'test/e2e/deploy-script/failures.test.ts', 'the error tells to get a permission that nobody can give; AWS’s words stand beside it'],
    zips: ['Lambda’s nodejs24.x runs index.mjs of a zip, with streams, and takes an authorizer from a folder in it; CloudFormation fetches it from S3 in the name of who deploys, or of its role', 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html, https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html', 'deploy/deployer/code_zip.yaml', 'test/e2e/deploy-script/own-server.test.ts', 'servers of one’s own do not start as a zip; as an image they do'],
    templateBytes: ['a template in a request has 51,200 bytes at most', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html', TEMPLATE, 'test/e2e/deploy-script/deploy.test.ts', 'deploying fails'],
    moto: ['other services answer as moto does', 'https://docs.getmoto.org', 'deploy/deployer/aws.py', 'test/e2e/deploy-script/deploy.test.ts', 'deploying fails on AWS'],
    accessToken: ['access tokens of Cognito have `client_id` and `scope`, and `aud` only where a resource was asked for', 'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html', 'src/authentication/oauth.ts', 'src/authentication/oauth.test.ts', 'valid tokens are refused'],
  },
};
