import { describe, expect, it } from 'vitest';
import { groupOf } from '../../../test/helpers/groups.ts';
import { everything } from '../engine.ts';
import { bytesOf, createKeptPool } from './kept-scans.ts';
import { NOTHING } from './scan-result.ts';
import { createScanningEngine } from './scanning.ts';

const group = (note: string) => groupOf({}, { metadata: { note } });

const ANSWER = [group('short'), group('short')];

/** Engines of one pool that holds so many answers, and how often each looked. */
function engines(answers: number, groups = ANSWER) {
  const pool = createKeptPool(answers * bytesOf(ANSWER));
  const open = () => {
    const looked: number[] = [];
    const engine = createScanningEngine({
      name: 'test',
      source: 'test:',
      async find({ from }) {
        looked.push(from);
        return { ...NOTHING, groups };
      },
      quote: async () => ({ bytes: 0, usd: '0', seconds: 0, notes: [] }),
      notes: async () => [],
      requests: async () => ({ invocations: [], rest: undefined }),
      range: async () => ({ first: undefined, last: undefined }),
      metadataKeys: async () => [],
      close: async () => {},
      pool,
    });
    const ask = (from: number) => engine.usage(everything({ from, to: from + 1 }));
    return { ask, looked, close: engine.close };
  };
  return [open(), open()] as const;
}

describe('what engines keep', () => {
  it('has one bound for all of them, and the oldest of any goes first', async () => {
    const [one, other] = engines(2);
    await one.ask(1);
    await other.ask(1);
    await other.ask(2);
    await other.ask(1);
    expect(other.looked).toEqual([1, 2]);
    await one.ask(1);
    expect(one.looked).toEqual([1, 1]);
  });

  it('is given back by an engine that is closed, also by a question that it still answers', async () => {
    const [one, other] = engines(2);
    await one.ask(1);
    await one.close();
    await one.ask(2);
    await other.ask(1);
    await other.ask(2);
    await other.ask(1);
    expect(other.looked).toEqual([1, 2]);
  });

  it('is measured with its texts', async () => {
    const [one] = engines(2, [group('long'.repeat(10_000))]);
    await one.ask(1);
    await one.ask(2);
    await one.ask(1);
    expect(one.looked).toEqual([1, 2, 1]);
  });

  it('is never less than the newest', async () => {
    const [one] = engines(0);
    await one.ask(1);
    await one.ask(1);
    expect(one.looked).toEqual([1]);
  });
});
