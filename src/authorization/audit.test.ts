import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/helpers/log-files.ts';
import { openAudit } from './audit.ts';

const entry = (target: string) => ({
  ...{ at: 0, client: undefined, rule: 'none', method: 'tools/call' as const, input: {}, outcome: 'ok', ms: 1 },
  target,
});

describe('the audit file', () => {
  it('has each entry on a line, in their order', async () => {
    const path = `${await temporaryFolder()}/audit.log`;
    const audit = await openAudit(path, () => {});
    for (const target of ['a', 'b', 'c']) audit(entry(target));
    await vi.waitFor(async () => {
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).target)).toEqual(['a', 'b', 'c']);
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'that is full loses no line: each goes to the log, and is tried anew',
    async () => {
      const told: string[] = [];
      const audit = await openAudit('/dev/full', (line) => told.push(line));
      for (const target of ['a', 'b']) audit(entry(target));
      await vi.waitFor(() => expect(told).toHaveLength(2));
      expect(told.map((line) => /ENOSPC.*"target":"([ab])"/.exec(line)?.[1])).toEqual(['a', 'b']);
    },
  );
});
