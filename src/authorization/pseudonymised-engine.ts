import type { Dimension, Filter } from '../domain/dimension.ts';
import { SpendError } from '../domain/errors.ts';
import { each, inTurns } from '../domain/steps.ts';
import type { UsageRow } from '../domain/usage.ts';
import {
  type Coverage,
  type Engine,
  type InvocationRow,
  type InvocationsQuery,
  sumsOf,
  type UsageQuery,
  type Work,
} from '../engines/engine.ts';
import { publicSource, withoutAmounts } from './limited-view.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/**
 * An engine that answers with pseudonyms, and takes them in filters. There is no way back from one, so the values are asked for and
 * compared here; a real name in a filter matches nothing, or whoever guesses names could find out theirs. Each method is written out,
 * so that one that is new to `Engine` cannot slip past.
 */
export function pseudonymisedEngine(engine: Engine, pseudonyms: Pseudonyms): Engine {
  const hides = (dimension: Dimension) => pseudonyms.dimensions.includes(dimension);
  const asked = <Answer>(answer: Promise<Answer>) =>
    answer.catch((error) => {
      throw hiddenError(error, pseudonyms);
    });

  /** The question in which no pseudonym stands. */
  function open(query: UsageQuery): UsageQuery {
    const hidden = query.where.map(({ dimension }) => dimension).filter(hides);
    return {
      ...query,
      by: [...new Set([...query.by, ...hidden])],
      where: query.where.filter(({ dimension }) => !hides(dimension)),
    };
  }

  /** The filters with real values in place of pseudonyms, which sums tell; undefined where there is none of that pseudonym. */
  async function realFilters(query: InvocationsQuery, work: Work | undefined): Promise<Filter[] | undefined> {
    const hidden = query.where.filter(({ dimension }) => hides(dimension));
    const plain = query.where.filter(({ dimension }) => !hides(dimension));
    if (hidden.length === 0) return plain;
    const by = hidden.map(({ dimension }) => dimension);
    const { rows } = await asked(engine.usage({ ...sumsOf(query), where: plain, by }, withoutAmounts(work)));
    const real = hidden.map(({ dimension, values }) => {
      const found = new Set(rows.map(({ key }) => key[dimension] as string));
      return { dimension, values: [...found].filter((value) => values.includes(pseudonyms.of(dimension, value))) };
    });
    return real.every(({ values }) => values.length > 0) ? [...plain, ...real] : undefined;
  }

  return {
    name: engine.name,
    get source() {
      return hiddenSource(engine.source, pseudonyms);
    },
    rangeReadsLogs: engine.rangeReadsLogs ?? false,
    sumsOnly: engine.sumsOnly ?? false,
    async usage(query, work) {
      const { rows, coverage } = await asked(engine.usage(open(query), withoutAmounts(work)));
      const filters = query.where.filter(({ dimension }) => hides(dimension));
      const kept: UsageRow[] = [];
      const keep = (row: UsageRow) => {
        const key = hiddenKey(row.key, pseudonyms);
        if (filters.every(({ dimension, values }) => values.includes(key[dimension] as string)))
          kept.push({ ...row, key: Object.fromEntries(query.by.map((name) => [name, key[name]])) });
      };
      await inTurns(each(rows, keep), work);
      return {
        rows: kept,
        coverage: hiddenCoverage(coverage, pseudonyms),
      };
    },
    async invocations(query, work) {
      const where = await realFilters(query, work);
      if (where === undefined) return { rows: [], unpriced: [], notes: [] };
      const { rows, unpriced, notes } = await asked(engine.invocations({ ...query, where }, withoutAmounts(work)));
      const hidden = (row: InvocationRow) => hiddenRequest(row, pseudonyms);
      return { rows: rows.map(hidden), unpriced: unpriced.map(hidden), notes: notes.map(pseudonyms.in) };
    },
    async quote(query, work) {
      const visible = query.where.filter(({ dimension }) => !hides(dimension));
      const opened = 'by' in query ? open(query) : { ...query, where: visible };
      const quote = await asked(engine.quote(opened, withoutAmounts(work)));
      return { ...quote, notes: quote.notes.map(pseudonyms.in) };
    },
    range: (work) => asked(engine.range(withoutAmounts(work))),
    metadataKeys: (work) => asked(engine.metadataKeys(withoutAmounts(work))),
    close: () => engine.close(),
  };
}

function hiddenKey(key: UsageRow['key'], { dimensions, of }: Pseudonyms): UsageRow['key'] {
  return Object.fromEntries(
    Object.entries(key).map(([name, value]) => {
      const dimension = name as Dimension;
      return [dimension, dimensions.includes(dimension) ? of(dimension, value as string) : value];
    }),
  );
}

function hiddenRequest(row: InvocationRow, { dimensions, of }: Pseudonyms): InvocationRow {
  const hide = (values: Readonly<Record<string, unknown>>, prefix: string) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const dimension = `${prefix}${ATTRIBUTE_NAMES[name] ?? name}` as Dimension;
        return [name, typeof value === 'string' && dimensions.includes(dimension) ? of(dimension, value) : value];
      }),
    );
  const metadata = hide(row.attributes.metadata, 'metadata.') as Record<string, string>;
  return {
    ...row,
    attributes: { ...(hide({ ...row.attributes }, '') as unknown as InvocationRow['attributes']), metadata },
    tags: hide(row.tags, 'tag.') as Record<string, string>,
  };
}

/** Attributes that are called otherwise as dimensions. */
const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  inferenceRegion: 'inference_region',
  stopReason: 'stop_reason',
};

/** Paths and reasons are told as texts are, in which everything may stand. */
function hiddenCoverage(coverage: Coverage, pseudonyms: Pseudonyms): Coverage {
  const { source, damagedFiles, notes } = coverage;
  return {
    ...coverage,
    ...(source === undefined ? {} : { source: hiddenSource(source, pseudonyms) }),
    damagedFiles: damagedFiles.map(({ path, reason }) => ({
      path: pseudonyms.path(path),
      reason: pseudonyms.in(reason),
    })),
    ...(notes ? { notes: notes.map(pseudonyms.in) } : {}),
  };
}

/** Where logs are on this machine can be somebody's own folder; what AWS calls a source is its operator's. */
function hiddenSource(source: string, pseudonyms: Pseudonyms): string {
  return /^(?:[a-z0-9]{2,}:|auto$)/i.test(source) ? publicSource(source) : pseudonyms.path(source);
}

/** The log of the server, which has the stack, tells what it was. */
function hiddenError(error: unknown, pseudonyms: Pseudonyms): unknown {
  if (!(error instanceof SpendError)) return error;
  const message = pseudonyms.in(error.message);
  if (message === error.message) return error;
  return Object.assign(new SpendError(error.code, message, { cause: error }), { stack: error.stack });
}
