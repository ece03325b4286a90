import type { Filter } from '../domain/dimension.ts';
import { DAY_MS } from '../domain/durations.ts';
import type { UsageRow } from '../domain/usage.ts';
import type { Coverage, Engine } from '../engines/engine.ts';
import { publicSource, withoutAmounts } from './limited-view.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/**
 * An engine whose every answer is narrowed by filters the client has no say in. Its coverage is of what they keep: how much the rest
 * of the source holds is not told. Each method is written out, so that one that is new to `Engine` cannot slip past.
 */
export function restrictedEngine(engine: Engine, filters: readonly Filter[], pseudonyms?: Pseudonyms): Engine {
  const source = publicSource(engine.source);
  // A server is made for each request, and most of them ask nothing.
  const sight = () => sightNote(filters, pseudonyms);
  return {
    name: engine.name,
    source,
    rangeReadsLogs: engine.rangeReadsLogs ?? false,
    sumsOnly: engine.sumsOnly ?? false,
    async usage(query, work) {
      const where = intersection(filters, query.where);
      if (where === undefined) return { rows: [], coverage: coverageOf([], sight()) };
      const { rows, coverage } = await engine.usage({ ...query, where }, withoutAmounts(work));
      return { rows, coverage: { ...coverageOf(rows, sight(), coverage), source } };
    },
    async invocations(query, work) {
      const where = intersection(filters, query.where);
      if (where === undefined) return { rows: [], unpriced: [], notes: [] };
      const { notes, ...found } = await engine.invocations({ ...query, where }, withoutAmounts(work));
      return { ...found, notes: notes.length > 0 ? [UNCERTAIN_NOTE] : [] };
    },
    async quote(query, work) {
      const where = intersection(filters, query.where);
      if (where === undefined) return { bytes: 0, usd: '0', seconds: 0, notes: [] };
      return engine.quote({ ...query, where }, withoutAmounts(work));
    },
    /** Of the whole source, in whole days: when somebody else spoke last is not told. */
    async range(work) {
      const { first, last } = await engine.range(withoutAmounts(work));
      if (first === undefined || last === undefined) return { first, last };
      return { first: Math.floor(first / DAY_MS) * DAY_MS, last: Math.ceil((last + 1) / DAY_MS) * DAY_MS - 1 };
    },
    /** Those that the filters name: other keys are other people's. */
    async metadataKeys() {
      const keys = filters.flatMap(({ dimension }) =>
        dimension.startsWith('metadata.') ? dimension.slice('metadata.'.length) : [],
      );
      return keys.sort();
    },
    close: () => engine.close(),
  };
}

/** Both sets of filters at once; undefined where no value is left of a dimension, so that nothing need be asked. */
export function intersection(fixed: readonly Filter[], asked: readonly Filter[]): readonly Filter[] | undefined {
  const both = new Map(fixed.map(({ dimension, values }) => [dimension, values]));
  for (const { dimension, values } of asked) {
    const allowed = both.get(dimension);
    both.set(dimension, allowed ? allowed.filter((value) => values.includes(value)) : values);
  }
  const filters = [...both].map(([dimension, values]) => ({ dimension, values }));
  return filters.every(({ values }) => values.length > 0) ? filters : undefined;
}

function coverageOf(rows: readonly UsageRow[], sight: string, whole?: Coverage): Coverage {
  const invocations = rows.reduce((sum, row) => sum + row.invocations, 0);
  const isIncomplete = whole !== undefined && (whole.damagedFiles.length > 0 || whole.malformed > 0);
  return {
    files: 0,
    records: invocations,
    invocations,
    duplicates: 0,
    malformed: 0,
    malformedReasons: {},
    damagedFiles: [],
    skippedFiles: 0,
    first: undefined,
    last: undefined,
    notes: [sight, ...(isIncomplete ? [INCOMPLETE_NOTE] : [])],
  };
}

const INCOMPLETE_NOTE =
  'Some logs of the source could not be read, so these numbers may be low. Its operator sees which.';

/** The engine's own words name places of the source. */
const UNCERTAIN_NOTE =
  'The source could not make sure that no more expensive request is missing here; a shorter period may help.';

/** More values than this are counted, not listed. */
const LISTED = 5;

/** A policy is written in real names; they are told as the client sees them. */
function sightNote(filters: readonly Filter[], pseudonyms: Pseudonyms | undefined): string {
  const parts = filters.map(({ dimension, values }) => {
    const more = values.length - LISTED;
    const shown = values
      .slice(0, LISTED)
      .map((value) => (pseudonyms?.dimensions.includes(dimension) ? pseudonyms.of(dimension, value) : value));
    return `${dimension}=${shown.join(' or ')}${more > 0 ? ` or ${more} more` : ''}`;
  });
  return `The server’s policy shows you ${parts.join(' and ')} alone; numbers and coverage are of that.`;
}
