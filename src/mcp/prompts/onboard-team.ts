import * as z from 'zod';
import { definePrompt } from './define-prompt.ts';

export const onboardTeam = definePrompt({
  name: 'onboard_team',
  title: 'Make a team’s Bedrock spend visible',
  description:
    'Sees how much of Bedrock spend can be put down to a team today, and says what to set so that all of it can: request metadata, profiles with tags, roles, a budget, reports to schedule.',
  args: z.object({
    team: z.string().describe('The team’s name, as it is or shall be written in metadata or tags, e.g. search.'),
    key: z
      .string()
      .optional()
      .describe('The dimension that tells teams apart, e.g. metadata.team or tag.team. Default: found in the logs.'),
    roles: z
      .string()
      .optional()
      .describe('IAM roles the team calls with, e.g. role/doc-search, role/checkout. Default: found in the logs.'),
  }),
  completes: { team: 'team', key: 'dimension', roles: 'role' },
  text: ({ team, key = 'metadata.team', roles }) => {
    const filter = JSON.stringify([`${key}=${team}`]);
    const missing = JSON.stringify([`${key}=(none)`]);
    return `Make the Amazon Bedrock spend of the team "${team}" visible, by ${key}.${roles ? ` The team calls as: ${roles}.` : ''}

First see what can be told today, over the last 30 days of the logs (give "from" and "to" to each call that takes them):

1. list_dimensions: is there such a key or tag, or another that names teams? If so, use that in place of ${key}.
2. breakdown_spend {"by":[${JSON.stringify(key)}]}: dollars of the team, of the others, and the share of (none). Look for other spellings of "${team}".
3. breakdown_spend {"by":["principal","profile"],"where":${missing}}: who makes the calls that name no team.${roles ? '' : ' Ask which of these roles are the team’s; do not guess from names alone.'}
4. breakdown_spend {"by":["principal","session","model"],"where":${filter}}: who calls for the team, as far as that is told.
5. forecast_spend {"where":${filter}}: what a month will cost.

Then write:

**Today.** The team's dollars, the share of all spend that is (none), and which roles make it.

**What to set**, the cheapest way first, only what is missing here:
- Request metadata: ${metadataAdvice(key, team)} It is set in the code of each call, nobody enforces it, and only logs have it, not the bill.
- Application inference profiles: one for each model and team, with a tag such as team=${team}, called by its ARN in place of the model id. A policy that allows the role this ARN alone enforces it. The tag is on the bill as well once it is activated as a cost allocation tag, and holds from then on, not for the past.
- A role of its own for each application: principal tells them apart with no change of code. A role session name for each person tells people apart (session).

**A budget.** Propose a limit from the forecast with some room, try it with check_budget {"usd":"100","period":"month","where":${filter}} (your figure for 100), and write the line for the operator's file of budgets (BEDROCK_SPEND_BUDGETS):
\`- { name: ${JSON.stringify(team)}, usd: 100, where: ${filter} }\`

**What to schedule.** \`bedrock-spend check-budget\` each day: it ends with 4 or 5 when a budget is in danger or over. \`bedrock-spend anomalies --where ${JSON.stringify(`${key}=${team}`)}\` each day. The prompt weekly_spend_review each Monday. \`bedrock-spend export-focus\` with \`--tag ${key}\` each month, if there is a FinOps tool.

Say how to check that it worked: the call of step 2 a week from now, and the share of (none) it should show.`;
  },
});

function metadataAdvice(key: string, team: string): string {
  const name = key.startsWith('metadata.') ? key.slice('metadata.'.length) : 'team';
  const pair = JSON.stringify({ [name]: team });
  return `requestMetadata ${pair} in Converse and ConverseStream, the header X-Amzn-Bedrock-Request-Metadata with the same JSON in InvokeModel; at most 16 pairs of 256 characters.`;
}
