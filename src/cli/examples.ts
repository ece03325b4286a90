/** Shown below each command's help. */
export const EXAMPLES = {
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
  bedrock-spend breakdown --source ./logs --by principal,model --chart october.svg
  bedrock-spend breakdown --source ./logs --by principal --from 2026-10-14 --to 2026-10-15 --timezone Europe/Berlin --json`,
  overTime: `
Examples:
  bedrock-spend over-time --source ./logs --plot
  bedrock-spend over-time --source ./logs --interval hour --from 2026-10-14 --to 2026-10-15 --by principal --chart night.png`,
  report: `
Examples:
  bedrock-spend report --source ./logs --days 30
  bedrock-spend report --url http://127.0.0.1:3000/mcp`,
  anomalies: `
Examples:
  bedrock-spend anomalies --source ./logs
  bedrock-spend anomalies --source 'cloudwatch:?region=us-east-1' --from 2026-10-14 --floor-usd 5
  bedrock-spend anomalies --url prod`,
  forecast: `
Examples:
  bedrock-spend forecast --source ./logs
  bedrock-spend forecast --source ./logs --days 14 --where principal=role/support-bot --json
  bedrock-spend forecast --url prod --period week`,
  checkBudget: `
Examples:
  bedrock-spend check-budget --source ./logs --budgets budgets.yaml
  bedrock-spend check-budget --url prod                       the budgets of that server

Exit codes: 0 all within, 4 past a warning mark or will be over by the forecast, 5 over.`,
  expensive: `
Examples:
  bedrock-spend expensive --source ./logs --from 2026-10-14 --to 2026-10-15
  bedrock-spend expensive --source ./logs --where principal=role/support-bot --limit 5 --json`,
  explain: `
Examples:
  bedrock-spend explain --source ./logs
  bedrock-spend explain --source ./logs --from 2026-10-14 --to 2026-10-15
  bedrock-spend explain --source ./logs --from 2026-10-01 --to 2026-11-01 --compare-from 2026-09-01 --compare-to 2026-10-01
  bedrock-spend explain --source ./logs --by metadata.team --csv > why.csv`,
  simulate: `
Examples:
  bedrock-spend simulate --source ./logs
  bedrock-spend simulate --source ./logs --where region=eu-west-1 --routing global
  bedrock-spend simulate --source ./logs --where principal=role/nightly --model anthropic.claude-sonnet-5-5 --tier batch
  bedrock-spend simulate --source ./logs --where principal=role/support-bot --cache-hit-rate 0.95`,
  caching: `
Examples:
  bedrock-spend caching --source ./logs --from 2026-10-01 --to 2026-11-01
  bedrock-spend caching --source ./logs --where principal=role/support-bot --json`,
  waste: `
Examples:
  bedrock-spend waste --source ./logs --from 2026-10-01 --to 2026-11-01
  bedrock-spend waste --source ./logs --prompt-at-least 100000 --output-at-most 20 --csv`,
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
  exportFocus: `
Examples:
  bedrock-spend export-focus --source ./logs --from 2026-10-01 --to 2026-11-01 --output october.parquet
  bedrock-spend export-focus --source ./logs --tag metadata.team | head
  bedrock-spend export-focus --url prod --from 2026-10-01 --to 2026-11-01 --output october.csv`,
  call: `
Examples:
  bedrock-spend call list --source ./logs
  bedrock-spend call breakdown_spend --source ./logs --args '{"by":["model"]}'
  bedrock-spend call list_dimensions --url http://127.0.0.1:3000/mcp`,
  connect: `
Examples:
  bedrock-spend connect http://127.0.0.1:3000/mcp
  bedrock-spend connect prod --record exchange.jsonl
  echo 'call-tool breakdown_spend by=model' | bedrock-spend connect prod --csv > october.csv

Its exit code is 1 when a line of a script failed.`,
  profiles: `
Examples:
  bedrock-spend profiles add local http://127.0.0.1:3000/mcp
  bedrock-spend profiles add prod https://spend.example.com/mcp --auth key
  pass bedrock-spend/prod | bedrock-spend profiles add prod https://spend.example.com/mcp --auth key`,
  serve: `
Examples:
  bedrock-spend serve --source ./logs
  claude mcp add --transport http bedrock-spend http://127.0.0.1:3000/mcp`,
  keys: `
Examples:
  bedrock-spend keys create ada --expires 90d
  bedrock-spend serve --source ./logs --host 0.0.0.0
  bedrock-spend config --url http://HOST:3000/mcp
  bedrock-spend keys revoke ada`,
  stdio: `
Examples:
  claude mcp add bedrock-spend -- npx bedrock-spend stdio --source ~/bedrock-logs
  npx @modelcontextprotocol/inspector npx bedrock-spend stdio --source ./logs`,
  config: `
Examples:
  bedrock-spend config --source ./logs
  bedrock-spend config --source 'cloudwatch:?region=us-east-1'
  bedrock-spend config --url https://abc123.execute-api.us-east-1.amazonaws.com/prod/mcp

No key is printed: the settings name the environment variable BEDROCK_SPEND_API_KEY, as each host writes that.`,
  demo: `
Examples:
  bedrock-spend demo
  bedrock-spend demo --keep --port 3000`,
} as const;
