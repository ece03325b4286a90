import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

/** Its examples are run in a project of somebody else: test/system/layer-package.test.ts. */
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const sources = new URL('../src', import.meta.url).pathname;

const found = (pattern: RegExp, text = readme) => [...text.matchAll(pattern)].map(([, name]) => name as string).sort();

describe('the README', () => {
  it('names as parts what there is', () => {
    const parts = /^The parts: .*$/m.exec(readme)?.[0] ?? '';
    const all = globSync(['*.ts', '*/'], { cwd: sources, onlyFiles: false });
    expect(parts.length).toBeGreaterThan(0);
    expect(found(/`([\w-]+(?:\.ts|\/))`/g, parts).filter((part) => !all.includes(part))).toEqual([]);
  });

  it('lets the function do in the table what the store does there, and nothing else', () => {
    const store = globSync('dynamodb/*.ts', { cwd: sources, absolute: true, ignore: '**/*.test.ts' })
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
    const commands = new Set(found(/new (\w+)Command\(/g, store));
    // For whoever makes the table.
    commands.delete('CreateTable');
    expect(found(/`dynamodb:(\w+)`/g)).toEqual([...commands]);
  });

  it('counts the methods of a store', () => {
    const store = readFileSync(`${sources}/session-store.ts`, 'utf8');
    const [, methods] = /export interface SessionStore \{(.*?)\n\}/s.exec(store) ?? [];
    expect(readme).toContain(`\`SessionStore\` (${found(/^ {2}(\w+)\(/gm, methods).length} methods)`);
  });
});
