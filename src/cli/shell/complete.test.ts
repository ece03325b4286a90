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
      tier: { anyOf: [{ type: 'array', items: { enum: ['flex', 'priority'] } }, { type: 'null' }] },
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
    ['call-tool breakdown_spend ', ['by=', 'quote=', 'tier=', 'from='], ''],
    ['call-tool breakdown_spend by=model q', ['quote='], 'q'],
    ['call-tool breakdown_spend quote=', ['quote=true ', 'quote=false '], 'quote='],
    ['call-tool breakdown_spend by=mo', ['by=model ', 'by=month '], 'by=mo'],
    ['call-tool breakdown_spend by=model,p', ['by=model,principal '], 'by=model,p'],
    ['call-tool breakdown_spend tier=flex,p', ['tier=flex,priority '], 'tier=flex,p'],
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

describe('Tab on a server of this program, whose schemas leave keys open,', () => {
  const open = {
    name: 'breakdown_spend',
    inputSchema: {
      type: 'object',
      properties: {
        by: { type: 'array', items: { type: 'string' } },
        where: { type: 'array', items: { type: 'string' } },
        from: { type: 'string' },
      },
    },
  };
  const shellOn = (name: string) =>
    ({ link: { tools: () => Promise.resolve([open]), connection: { server: { name } } } }) as unknown as Shell;

  it.each<[string, string[], string]>([
    ['by=mod', ['by=model '], 'by=mod'],
    ['by=model,pri', ['by=model,principal '], 'by=model,pri'],
    ['by=meta', ['by=metadata.'], 'by=meta'],
    ['where=mod', ['where=model='], 'where=mod'],
    ['where=model=x,acc', ['where=model=x,account='], 'where=model=x,acc'],
    ['where=day', [], 'where=day'],
    ['from=2', [], 'from=2'],
  ])('%s proposes %j', async (word, proposals, current) => {
    const line = `call-tool breakdown_spend ${word}`;
    expect(await completeLine(line, SHELL_COMMANDS, shellOn('bedrock-spend'))).toEqual([proposals, current]);
    expect(await completeLine(line, SHELL_COMMANDS, shellOn('another'))).toEqual([[], current]);
  });
});
