import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import type { ServerDependencies } from '../../src/mcp/dependencies.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { connectAs } from '../helpers/ask-as.ts';
import { crowd } from '../helpers/crowd.ts';
import { PATIENCE_MS, settings } from './cases.ts';

/** Most questions that one call asks of the engine, most cells of time in one, and most characters that it answers. */
const MOST = { asked: 12, cells: 200_000, characters: 400_000 };

let client: Awaited<ReturnType<typeof connectAs>>;
let asked: { cells: number }[] = [];
const logged: string[] = [];

beforeAll(async () => {
  const dependencies = await crowd(40);
  client = await connectAs(undefined, { ...watched(dependencies), log: (message) => logged.push(message) });
});
afterAll(() => client.close());

/** Counts what is asked of the engine. */
function watched(dependencies: ServerDependencies): ServerDependencies {
  const { engine } = dependencies;
  const watchedEngine = {
    ...engine,
    usage(...[query, work]: Parameters<typeof engine.usage>) {
      asked.push({ cells: Object.values(query.buckets).reduce((sum, cells) => sum + (cells?.length ?? 0), 0) });
      return engine.usage(query, work);
    },
  };
  return { ...dependencies, engine: watchedEngine };
}

const text = () =>
  fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', ' ', '__proto__', '🙂'.repeat(300), 'x'.repeat(5_000)),
  );

/** What people and models write, by the name of the argument. */
const USUAL: Readonly<Record<string, readonly unknown[]>> = {
  by: [['model'], ['principal', 'day'], 'model', ['metadata.team'], ['nonsense'], 'session', [], ['model', 'model']],
  interval: ['hour', 'day', 'week', 'month', 'fortnight'],
  where: [
    ['model=amazon.nova-lite-v1:0'],
    ['region=us-east-1', 'region=eu-central-1'],
    'status=ok',
    ['='],
    ['model'],
    [['x']],
  ],
  from: ['2026-10-01', '2026-10-14T12:00:00Z', '2024-08-01', 'yesterday', '1970-01-01', '2026-02-30', '+275760-09-13'],
  to: ['2026-11-01', '2026-10-01', '2026-10-14T13:00', '9999-12-31', '2026-10-02'],
  timezone: ['UTC', 'Europe/Berlin', 'Mars/Olympus', 'America/New_York'],
  model: ['amazon.nova-lite-v1:0', 'anthropic.claude-sonnet-4-6', 'no such model', 'arn:aws:bedrock:us-east-1:1:x'],
  regions: [['us-east-1'], ['us-east-1', 'nowhere'], [], 'eu-west-1'],
  days: [1, 30, 3_660, 0, -1, 1e9],
  limit: [1, 1_000, 0, '10', 1e12],
};

const number = () => fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, 1e308, 9e15, 0.1));
const odd = () =>
  fc.oneof(
    text(),
    number(),
    fc.boolean(),
    fc.constant(null),
    fc.array(text(), { maxLength: 60 }),
    fc.jsonValue({ maxDepth: 3 }),
  );

function argumentsOf(names: readonly string[]) {
  const value = (name: string) => {
    const usual = USUAL[name];
    return usual
      ? fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd() })
      : odd();
  };
  return fc.record(Object.fromEntries(names.map((name) => [name, value(name)])), { requiredKeys: [] });
}

const call = () =>
  fc.constantFrom(...TOOLS).chain(({ name, input }) => {
    const names = Object.keys(input.shape).filter((argument) => argument !== 'chart');
    return fc.tuple(
      fc.constant(name),
      fc.oneof({ weight: 20, arbitrary: argumentsOf(names) }, { weight: 1, arbitrary: fc.dictionary(text(), odd()) }),
    );
  });

it('answers every call, or says in a line what is wrong with it and under which code', {
  timeout: PATIENCE_MS * 2,
}, async () => {
  await fc.assert(
    fc.asyncProperty(call(), async ([name, given]) => {
      asked = [];
      const { isError, content } = await client.callTool({ name, arguments: given as Record<string, unknown> });
      const [{ text: told = '' } = {}] = content as { text?: string }[];
      expect(logged).toEqual([]);
      expect(asked.length).toBeLessThanOrEqual(MOST.asked);
      expect(Math.max(0, ...asked.map(({ cells }) => cells))).toBeLessThanOrEqual(MOST.cells);
      expect(told.length).toBeLessThanOrEqual(MOST.characters);
      expect(told.isWellFormed()).toBe(true);
      if (!isError) return;
      const [, code = ''] = /\[([A-Z_]+)\]$/.exec(told) ?? [];
      expect(Object.keys(ERROR_CODES), told.slice(0, 300)).toContain(code);
      expect(told.length).toBeLessThanOrEqual(1_000);
    }),
    settings(0.1),
  );
});
