/**
 * Writes the generated parts of the documentation: tables of tools, settings, errors and dimensions, and the answer the README
 * opens with, each between `<!-- begin:NAME -->` and `<!-- end:NAME -->`; the pictures; and what clients are told of tools and prompts
 * (src/mcp/listed.json). `test/docs.test.ts` fails when one is stale.
 *
 *   node scripts/make-docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as z from 'zod';
import { dynamodbRequests } from '../bench/dynamodb-requests.ts';
import { ownServerCosts } from '../bench/own-server-costs.ts';
import { ASSUMPTIONS } from '../rigs/assumptions.ts';
import { parametersOfTemplate } from '../rigs/lambda/template.ts';
import { askedOfAws } from '../rigs/recorded.ts';
import { svgFromReport } from '../src/charts/svg.ts';
import { SAMPLE_LOGS } from '../src/cli/demo.ts';
import { EXIT_CODES } from '../src/cli/exit.ts';
import { hostSettings, settingsOf } from '../src/cli/host-settings.ts';
import type { Launch } from '../src/cli/hosts/host.ts';
import { HOSTS } from '../src/cli/hosts/index.ts';
import { SHELL_COMMANDS } from '../src/cli/shell/commands/index.ts';
import { compose } from '../src/compose.ts';
import { SETTINGS } from '../src/config.ts';
import { DIMENSION_FAMILIES, DIMENSIONS } from '../src/domain/dimension.ts';
import { DOUBTS } from '../src/domain/doubt.ts';
import { ERROR_CODES } from '../src/domain/errors.ts';
import { UNPRICED_CODES, UNPRICED_REASONS } from '../src/domain/unpriced.ts';
import { currentListing } from '../src/mcp/listing.ts';
import { PROMPTS } from '../src/mcp/prompts/index.ts';
import { TOOLS } from '../src/mcp/tools/index.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { FOCUS_COLUMNS } from '../src/reports/focus/columns.ts';
import { textFromReport } from '../src/reports/render.ts';
import { breakdown } from '../src/reports/usage/breakdown.ts';
import { overTime } from '../src/reports/usage/over-time.ts';
import { readTrials, TRIALS_HEADER, trialRow } from '../test/clients/table.ts';

/** What users ask; test/questions asks the tools. */
const QUESTIONS = JSON.parse(readFileSync('test/questions/questions.json', 'utf8')) as {
  question: string;
  tool: string;
  input: object;
}[];

const FILES: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['answer', 'tools', 'prompts'],
  'docs/tools.md': ['tool-reference', 'prompt-reference'],
  'docs/questions.md': ['questions'],
  'docs/configuration.md': ['settings'],
  'docs/errors.md': ['errors', 'exit-codes'],
  'docs/dimensions.md': ['dimensions'],
  'packages/serverless-mcp/README.md': ['dynamodb-requests'],
  'docs/deploy.md': ['deploy-parameters'],
  'docs/your-own-server.md': ['own-server-costs', 'own-server-others'],
  'docs/client.md': ['shell-commands'],
  'docs/focus.md': ['focus-columns'],
  'docs/hosts.md': ['hosts', 'host-settings', 'clients'],
  'docs/pricing.md': ['doubts'],
  'docs/report.md': ['unpriced-reasons'],
  'docs/aws-assumptions.md': ['aws-assumptions'],
};

const OCTOBER = { from: '2026-10-01', to: '2026-11-01' };

/** Every documentation file with a generated part, and every picture, as it should be. */
export async function generatedDocs(): Promise<Record<string, string>> {
  const { close, ...context } = await compose({ source: SAMPLE_LOGS, ledger: false });
  const [answered, images] = await Promise.all([answer(context), pictures(context)]).finally(close);
  const costs = await ownServerCosts();
  const parts: Record<string, string> = {
    answer: answered,
    'dynamodb-requests': await dynamodbRequests(),
    'own-server-costs': costs.ours,
    'own-server-others': costs.others,
    'unpriced-reasons': table(
      ['code', 'missing', 'because'],
      UNPRICED_CODES.map((code) => [`\`${code}\``, UNPRICED_REASONS[code].lacks, UNPRICED_REASONS[code].why]),
    ),
    tools: table(
      ['tool', 'answers'],
      TOOLS.map(({ name, description }) => [`\`${name}\``, firstSentence(description)]),
    ),
    prompts: table(
      ['prompt', 'does'],
      PROMPTS.map(({ name, description }) => [`\`${name}\``, description]),
    ),
    'prompt-reference': PROMPTS.map(promptReference).join('\n\n'),
    questions: table(
      ['question', 'tool', 'arguments'],
      QUESTIONS.map(({ question, tool, input }) => [question, `\`${tool}\``, `\`${JSON.stringify(input)}\``]),
    ),
    'tool-reference': TOOLS.map(toolReference).join('\n\n'),
    settings: table(
      ['option', 'environment variable', 'default', 'meaning'],
      Object.values(SETTINGS).map((setting) => [
        'flag' in setting ? `\`${setting.flag}\`` : '–',
        `\`${setting.env}\``,
        ('fallback' in setting && setting.fallback) || '–',
        setting.help,
      ]),
    ),
    'shell-commands': table(
      ['command', 'what for'],
      SHELL_COMMANDS.map(({ name, usage, help }) => [`\`${[name, usage].filter(Boolean).join(' ')}\``, help]),
    ),
    'deploy-parameters': table(
      ['parameter', 'default', 'meaning'],
      parametersOfTemplate(readFileSync('deploy/template.yaml', 'utf8')).map(
        ({ name, fallback, description, allowed }) => [
          `\`${name}\``,
          fallback === undefined ? 'needed' : fallback === '' ? '–' : `\`${fallback}\``,
          [description, allowed && `One of ${allowed.join(', ')}.`].filter(Boolean).join('. '),
        ],
      ),
    ),
    errors: table(
      ['code', 'HTTP status', 'who can mend it', 'try again', 'meaning'],
      Object.entries(ERROR_CODES).map(([code, { status, fixer, retryable, meaning }]) => [
        `\`${code}\``,
        String(status),
        fixer,
        retryable ? 'yes' : 'no',
        meaning,
      ]),
    ),
    'aws-assumptions': Object.entries(ASSUMPTIONS).map(assumptionsOf).join('\n\n'),
    doubts: table(
      ['code', 'meaning'],
      Object.entries(DOUBTS).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
    'exit-codes': table(
      ['code', 'meaning'],
      Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]),
    ),
    'focus-columns': table(
      ['column', 'type', 'holds'],
      Object.entries(FOCUS_COLUMNS).map(([name, { type, meaning }]) => [`\`${name}\``, type, meaning]),
    ),
    hosts: table(
      ['host', 'settings', 'key', 'says who'],
      HOSTS.map(({ name, file, key, page, seen }) => [
        name,
        `\`${file}\``,
        linked(key),
        `[its page](${page}), ${seen}`,
      ]),
    ),
    clients: table(
      TRIALS_HEADER,
      readTrials().map((trial) => trialRow(trial).map(linked)),
    ),
    'host-settings': HOSTS.map(hostReference).join('\n\n'),
    dimensions: table(
      ['dimension', 'meaning'],
      Object.entries({ ...DIMENSIONS, ...DIMENSION_FAMILIES }).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  };
  const documents = Object.entries(FILES).map(([file, names]) => [
    file,
    names.reduce((text, name) => splice(text, name, parts[name] as string), readFileSync(file, 'utf8')),
  ]);
  return {
    ...Object.fromEntries(documents),
    ...images,
    'deploy/deployer/hosts.json': deployedHosts(),
    'src/mcp/listed.json': `${JSON.stringify(currentListing(), null, 2)}\n`,
  };
}

async function answer(context: ReportContext): Promise<string> {
  const report = await breakdown({ by: ['principal', 'model'], ...OCTOBER, limit: 6 }, context);
  const text = textFromReport(report).split('\n\n').slice(0, 3).join('\n\n');
  return `\`\`\`\n${text.replaceAll(SAMPLE_LOGS, 'examples/sample-logs/AWSLogs')}\n\`\`\``;
}

/** Of docs/charts.md. */
async function pictures(context: ReportContext): Promise<Record<string, string>> {
  return {
    'docs/images/breakdown.svg': svgFromReport(await breakdown({ by: ['principal', 'model'], ...OCTOBER }, context)),
    'docs/images/over-time.svg': svgFromReport(await overTime({ interval: 'day', by: 'model', ...OCTOBER }, context)),
  };
}

const SETTINGS_FOR: Readonly<Record<string, Launch>> = {
  'A server that it starts': {
    command: 'npx',
    args: ['-y', 'bedrock-spend', 'stdio', '--source', '/path/to/bedrock-logs'],
  },
  'A server at a URL, with a key': { url: 'https://example.com/mcp', keyVariable: 'BEDROCK_SPEND_API_KEY' },
  'Without a key': { url: 'https://example.com/mcp' },
};

function hostReference(host: (typeof HOSTS)[number]): string {
  const parts = Object.entries(SETTINGS_FOR).map(([title, launch]) => {
    const settings = settingsOf(host, launch);
    if (settings === undefined) return `${title}: ${host.key}`;
    const { where, format, text, link } = settings;
    const opened = link === undefined ? '' : `\n\nOr open:\n\n\`\`\`\n${link}\n\`\`\``;
    return `${title} (\`${where}\`):\n\n\`\`\`${format === 'shell' ? 'sh' : format}\n${text}\n\`\`\`${opened}`;
  });
  return [`### ${host.name}`, ...parts].join('\n\n');
}

/** For deploy/deploy.py, which has no Node: it puts in the URL, and the name of the server, whichever that is. */
function deployedHosts(): string {
  const url = 'https://url.invalid/mcp';
  const [name, variable] = ['server-name', 'SERVER_API_KEY'];
  const named = (text: string) =>
    text.replaceAll('bedrock-spend', name).replaceAll(/description: .*/g, 'description: An MCP server');
  const of = (launch: Launch) =>
    hostSettings(launch).map(({ host, where, text }) => ({ title: `${host} (${where})`, text: named(text) }));
  const file = { url, name, variable, with_key: of({ url, keyVariable: variable }), without_key: of({ url }) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Issues as links. */
const linked = (text: string) =>
  text.replaceAll(
    /([\w-]+\/[\w-]+)#(\d+)/g,
    (issue, repository, number) => `[${issue}](https://github.com/${repository}/issues/${number})`,
  );

function toolReference({ name, description, input }: (typeof TOOLS)[number]): string {
  const schema = z.toJSONSchema(input, { io: 'input' });
  const rows = Object.entries(schema.properties ?? {}).map(([parameter, property]) => {
    const {
      type,
      description: meaning = '',
      default: fallback,
    } = property as { type?: string; description?: string; default?: unknown };
    const required = schema.required?.includes(parameter) ? 'required' : fallback === undefined ? '' : String(fallback);
    return [`\`${parameter}\``, type ?? 'choice', required, meaning];
  });
  const parameters = rows.length === 0 ? 'No parameters.' : table(['parameter', 'type', 'default', 'meaning'], rows);
  return `## ${name}\n\n${description}\n\n${parameters}`;
}

function promptReference({ name, description, args }: (typeof PROMPTS)[number]): string {
  const { properties = {}, required = [] } = z.toJSONSchema(args, { io: 'input' });
  const rows = Object.entries(properties).map(([argument, property]) => [
    `\`${argument}\``,
    required.includes(argument) ? 'required' : '',
    (property as { description?: string }).description ?? '',
  ]);
  return `### ${name}\n\n${description}\n\n${table(['argument', '', 'meaning'], rows)}`;
}

function assumptionsOf([of, assumptions]: [string, (typeof ASSUMPTIONS)[string]]): string {
  const link = (path: string) => `[${basename(path)}](../${path})`;
  const { checks, unasked } = askedOfAws();
  const checkOf = (id: string) => Object.keys(checks).find((check) => checks[check]?.includes(id));
  const rows = Object.entries(assumptions).map(([id, [says, page, source, test, wrong]]) => [
    `\`${id}\``,
    says,
    page.replaceAll(/(?<!\()https:[^\s,;]+/g, (url) => `[${basename(url, '.html')}](${url})`),
    `${link(source)}, ${link(test)}`,
    wrong,
    checkOf(id) ?? `none: ${unasked[id]}`,
  ]);
  return `## ${of}\n\n${table(['', 'AWS', 'says who', 'who goes by it', 'if it is wrong', 'asked by'], rows)}`;
}

function firstSentence(text: string): string {
  return `${text.split(/\.\s/)[0]}.`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function splice(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- begin:${name} -->`, `<!-- end:${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`;
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(await generatedDocs())) writeFileSync(file, text);
}
