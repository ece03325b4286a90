import { textFromUsd, usdFromText, ZERO_USD } from '../domain/money.ts';
import type { Coverage, Engine, Quote, TimeRange, Work } from './engine.ts';

/** Several engines as one: their answers side by side. No invocation may be in two of them. */
export function uniteEngines(name: string, source: string, engines: readonly Engine[]): Engine {
  const all = <Result>(ask: (engine: Engine) => Promise<Result>) => Promise.all(engines.map(ask));
  return {
    name,
    source,
    rangeReadsLogs: engines.some(({ rangeReadsLogs }) => rangeReadsLogs),
    async usage(query, work) {
      const answers = await all((engine) => engine.usage(query, oneOf(work)));
      return {
        rows: answers.flatMap(({ rows }) => rows),
        coverage: { source, ...sumOfCoverages(answers.map(({ coverage }) => coverage)) },
      };
    },
    quote: async (query, work) => sumOfQuotes(await all((engine) => engine.quote(query, work))),
    range: async (work) => wholeRange(await all((engine) => engine.range(work))),
    metadataKeys: async (work) => [...new Set((await all((engine) => engine.metadataKeys(work))).flat())].sort(),
    async close() {
      await all((engine) => engine.close());
    },
  };
}

/** Each counts its own units, so that only the words of one are of use to who watches another. */
function oneOf({ signal, onProgress }: Work = {}): Work {
  return { signal, onProgress: onProgress && (({ message }) => onProgress({ done: 0, total: 0, message })) };
}

function sumOfCoverages(parts: readonly Coverage[]): Coverage {
  const sum = (count: (part: Coverage) => number) => parts.reduce((total, part) => total + count(part), 0);
  const malformedReasons: Record<string, number> = {};
  for (const part of parts)
    for (const [reason, count] of Object.entries(part.malformedReasons))
      malformedReasons[reason] = (malformedReasons[reason] ?? 0) + count;
  return {
    files: sum(({ files }) => files),
    records: sum(({ records }) => records),
    invocations: sum(({ invocations }) => invocations),
    duplicates: sum(({ duplicates }) => duplicates),
    malformed: sum(({ malformed }) => malformed),
    malformedReasons,
    damagedFiles: parts.flatMap(({ damagedFiles }) => damagedFiles),
    skippedFiles: sum(({ skippedFiles }) => skippedFiles),
    ...wholeRange(parts),
    notes: [...new Set(parts.flatMap(({ notes = [] }) => notes))],
  };
}

function sumOfQuotes(parts: readonly Quote[]): Quote {
  const known = parts.flatMap(({ usd }) => (usd === undefined ? [] : [usdFromText(usd)]));
  const seconds = parts.map((part) => part.seconds);
  return {
    bytes: parts.reduce((total, { bytes }) => total + bytes, 0),
    usd: known.length < parts.length ? undefined : textFromUsd(known.reduce((a, b) => a.plus(b), ZERO_USD)),
    seconds: seconds.every((one) => one !== undefined) ? Math.max(0, ...seconds) : undefined,
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
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
