import type { Dimension } from '../domain/dimension.ts';
import type { UsageRow } from '../domain/usage.ts';
import type { Coverage, Engine, UsageQuery } from '../engines/engine.ts';
import { publicSource, withoutAmounts } from './limited-view.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/**
 * An engine that answers with pseudonyms, and takes them in filters. There is no way back from one, so the values are asked for and
 * compared here; a real name in a filter matches nothing, or whoever guesses names could find out theirs. Each method is written out,
 * so that one that is new to `Engine` cannot slip past.
 */
export function pseudonymisedEngine(engine: Engine, pseudonyms: Pseudonyms): Engine {
  const hides = (dimension: Dimension) => pseudonyms.dimensions.includes(dimension);

  /** The question in which no pseudonym stands. */
  function open(query: UsageQuery): UsageQuery {
    const hidden = query.where.map(({ dimension }) => dimension).filter(hides);
    return {
      ...query,
      by: [...new Set([...query.by, ...hidden])],
      where: query.where.filter(({ dimension }) => !hides(dimension)),
    };
  }

  return {
    name: engine.name,
    source: publicSource(engine.source),
    rangeReadsLogs: engine.rangeReadsLogs ?? false,
    async usage(query, work) {
      const { rows, coverage } = await engine.usage(open(query), withoutAmounts(work));
      const filters = query.where.filter(({ dimension }) => hides(dimension));
      const kept = rows
        .map((row) => ({ ...row, key: hiddenKey(row.key, pseudonyms) }))
        .filter(({ key }) => filters.every(({ dimension, values }) => values.includes(key[dimension] as string)));
      return {
        rows: kept.map((row) => ({ ...row, key: Object.fromEntries(query.by.map((name) => [name, row.key[name]])) })),
        coverage: hiddenCoverage(coverage, pseudonyms),
      };
    },
    async quote(query, work) {
      const quote = await engine.quote(open(query), withoutAmounts(work));
      return { ...quote, notes: quote.notes.map(pseudonyms.in) };
    },
    range: (work) => engine.range(withoutAmounts(work)),
    metadataKeys: (work) => engine.metadataKeys(withoutAmounts(work)),
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

/** Paths of logs hold account ids. */
function hiddenCoverage(coverage: Coverage, pseudonyms: Pseudonyms): Coverage {
  const { source, damagedFiles, notes } = coverage;
  return {
    ...coverage,
    ...(source === undefined ? {} : { source: publicSource(source) }),
    damagedFiles: damagedFiles.map(({ path, reason }) => ({ path: pseudonyms.in(path), reason })),
    ...(notes ? { notes: notes.map(pseudonyms.in) } : {}),
  };
}
