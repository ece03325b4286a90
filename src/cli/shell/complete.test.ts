import { describe, expect, it } from 'vitest';
import type { Shell } from './command.ts';
import { SHELL_COMMANDS } from './commands/index.ts';
import { completeLine } from './complete.ts';

const tool = {
  name: 'breakdown_spend',
  inputSchema: {
    type: 'object',
    properties: {
      by: { type: 'array', items: { enum: ['model', 'month', 'principal'] } },
      quote: { type: 'boolean' },
      from: { type: 'string' },
    },
  },
};

/** As much of a shell as completion asks. */
const shell = {
  link: { tools: () => Promise.resolve([tool, { ...tool, name: 'list_dimensions' }]) },
  profiles: { list: () => Promise.resolve({ prod: {}, pre: {} }) },
} as unknown as Shell;

describe('Tab', () => {
  it.each<[string, string[], string]>([
    ['list', ['list-tools ', 'list-resources '], 'list'],
    ['call-tool ', ['breakdown_spend ', 'list_dimensions '], ''],
    ['call-tool b', ['breakdown_spend '], 'b'],
    ['call-tool breakdown_spend ', ['by=', 'quote=', 'from='], ''],
    ['call-tool breakdown_spend by=model q', ['quote='], 'q'],
    ['call-tool breakdown_spend quote=', ['quote=true ', 'quote=false '], 'quote='],
    ['call-tool breakdown_spend by=mo', ['by=model ', 'by=month '], 'by=mo'],
    ['call-tool breakdown_spend by=model,p', ['by=model,principal '], 'by=model,p'],
    ['call-tool nothing ', [], ''],
    ['au', ['auth '], 'au'],
    ['auth l', ['login ', 'logout '], 'l'],
    ['connect pr', ['prod ', 'pre '], 'pr'],
    ['connect prod 20', ['2025 ', '2026 '], '20'],
    ['debug o', ['on ', 'off '], 'o'],
    ['help auth s', ['status '], 's'],
    ['nonsense x', [], 'x'],
  ])('after %j proposes %j', async (line, proposals, current) => {
    expect(await completeLine(line, SHELL_COMMANDS, shell)).toEqual([proposals, current]);
  });
});
