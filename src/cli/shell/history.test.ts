import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openHistory } from './history.ts';

const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the history', () => {
  const path = join(folder, 'deep', 'history');

  it('is kept for the next time, newest first, for its user alone', () => {
    openHistory(path).add('first');
    openHistory(path).add('second');
    expect(openHistory(path).lines).toEqual(['second', 'first']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ' a line after a space',
    'call-tool x api_key=abc',
    'call-tool x {"token": "abc"}',
    'call-tool x password=abc',
    'call-tool x header="Bearer abc"',
    '',
  ])('does not keep %j', (line) => {
    openHistory(path).add(line);
    expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
  });

  it('keeps words that only sound secret', () => {
    const other = openHistory(join(folder, 'other'));
    other.add('call-tool breakdown_spend by=metadata.key limit=3');
    expect(readFileSync(join(folder, 'other'), 'utf8')).toContain('metadata.key');
  });

  it('grows to a thousand lines and no further', () => {
    writeFileSync(path, 'x\n'.repeat(5000));
    expect(openHistory(path).lines).toHaveLength(1000);
  });

  it('is done without where it can be written no more', () => {
    const lost = join(folder, 'lost');
    const history = openHistory(lost);
    rmSync(lost);
    mkdirSync(lost);
    expect(() => history.add('anything')).not.toThrow();
  });

  it('is done without where it cannot be written', () => {
    const history = openHistory('/dev/null/history');
    history.add('anything');
    expect(history.lines).toEqual([]);
  });
});
