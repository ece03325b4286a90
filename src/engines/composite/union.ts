import { SpendError } from '../../domain/errors.ts';
import { inTurns } from '../../domain/steps.ts';
import { sumByName } from '../../domain/sums.ts';
import type { Coverage, Engine, InvocationsQuery, TimeRange, UsageQuery, Work } from '../engine.ts';
import { mostExpensive } from '../grouping/order.ts';
import { sumOfQuotes } from '../quote.ts';

/** Several engines as one: their answers side by side. No invocation may be in two of them. */
export function uniteEngines(name: string, source: string, engines: readonly Engine[]): Engine {
  const all = async <Result>(ask: (engine: Engine) => Promise<Result>) => (await answersOf(engines, ask)).answers;
  const sums = engines.filter(({ sumsOnly }) => sumsOnly);

  /** Sums stay out of a question about single requests, unless there is nothing else: then they say why it cannot be answered. */
  function asked(query: UsageQuery | InvocationsQuery): { able: readonly Engine[]; notes: string[] } {
    const single = 'prices' in query || query.only !== undefined;
    if (!single || sums.length === 0 || sums.length === engines.length) return { able: engines, notes: [] };
    return { able: engines.filter((engine) => !engine.sumsOnly), notes: sums.map(leftOutNote) };
  }

  return {
    name,
    source,
    sumsOnly: sums.length === engines.length,
    rangeReadsLogs: engines.some(({ rangeReadsLogs }) => rangeReadsLogs),
    async usage(query, work) {
      const { able, notes } = asked(query);
      const { answers, empty } = await answersOf(able, (engine) => engine.usage(query, oneOf(work)));
      const { notes: told = [], ...coverage } = sumOfCoverages(answers.map((answer) => answer.coverage));
      return {
        rows: answers.flatMap(({ rows }) => rows),
        coverage: { source, ...coverage, notes: [...notes, ...empty, ...told] },
      };
    },
    async invocations(query, work) {
      const { able, notes } = asked(query);
      const { answers, empty } = await answersOf(able, (engine) => engine.invocations(query, oneOf(work)));
      const rows = [...new Set(answers.flatMap((answer) => [...answer.rows, ...answer.unpriced]))];
      return {
        ...(await inTurns(mostExpensive(rows, query), work)),
        notes: [...new Set([...notes, ...empty, ...answers.flatMap((answer) => answer.notes)])],
      };
    },
    async quote(query, work) {
      const quotes = asked(query).able.map((engine) => engine.quote(query, work));
      return sumOfQuotes(await Promise.all(quotes), 'at once');
    },
    range: async (work) => wholeRange(await all((engine) => engine.range(work))),
    metadataKeys: async (work) => [...new Set((await all((engine) => engine.metadataKeys(work))).flat())].sort(),
    async close() {
      await Promise.all(engines.map((engine) => engine.close()));
    },
  };
}

/** One source of several may hold nothing: the others answer, and what it says is told. @throws SpendError NO_RECORDS when all do */
async function answersOf<Answer>(
  engines: readonly Engine[],
  ask: (engine: Engine) => Promise<Answer>,
): Promise<{ answers: Answer[]; empty: string[] }> {
  const asked = await Promise.all(engines.map((engine) => ask(engine).then((answer) => ({ answer }), emptyFrom)));
  const answers = asked.flatMap((part) => ('answer' in part ? [part.answer] : []));
  const errors = asked.flatMap((part) => ('empty' in part ? [part.empty] : []));
  if (answers.length === 0 && errors[0]) throw errors[0];
  return { answers, empty: errors.map(({ message }) => message) };
}

function emptyFrom(error: unknown): { empty: SpendError } {
  if (error instanceof SpendError && error.code === 'NO_RECORDS') return { empty: error };
  throw error;
}

function leftOutNote({ source }: Engine): string {
  return `${source} knows sums only and no single requests: nothing of it is in these numbers.`;
}

/** Each counts its own units, so that only the words of one are of use to who watches another. */
function oneOf({ onProgress, ...work }: Work = {}): Work {
  return { ...work, onProgress: onProgress && (({ message }) => onProgress({ done: 0, total: 0, message })) };
}

function sumOfCoverages(parts: readonly Coverage[]): Coverage {
  const sum = (count: (part: Coverage) => number) => parts.reduce((total, part) => total + count(part), 0);
  return {
    files: sum(({ files }) => files),
    records: sum(({ records }) => records),
    invocations: sum(({ invocations }) => invocations),
    duplicates: sum(({ duplicates }) => duplicates),
    malformed: sum(({ malformed }) => malformed),
    malformedReasons: sumByName(parts.map(({ malformedReasons }) => malformedReasons)),
    damagedFiles: parts.flatMap(({ damagedFiles }) => damagedFiles),
    skippedFiles: sum(({ skippedFiles }) => skippedFiles),
    ...wholeRange(parts),
    notes: [...new Set(parts.flatMap(({ notes = [] }) => notes))],
  };
}

function wholeRange(parts: readonly TimeRange[]): TimeRange {
  const firsts = parts.flatMap(({ first }) => first ?? []);
  const lasts = parts.flatMap(({ last }) => last ?? []);
  return {
    first: firsts.length > 0 ? Math.min(...firsts) : undefined,
    last: lasts.length > 0 ? Math.max(...lasts) : undefined,
  };
}
