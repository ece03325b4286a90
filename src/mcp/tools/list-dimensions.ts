import * as z from 'zod';
import { DIMENSION_FAMILIES, DIMENSIONS } from '../../domain/dimension.ts';
import { isoFromMoment } from '../../domain/period.ts';
import { shownReport } from '../../reports/shown.ts';
import { shownValue } from '../../reports/shown-value.ts';
import { defineTool } from '../define-tool.ts';

/** More metadata keys than this are counted, not listed. */
const LISTED_KEYS = 100;

const output = z.object({
  dimensions: z.array(z.object({ name: z.string(), meaning: z.string() })),
  metadata_keys: z.array(z.string()),
  tag_keys: z.array(z.string()),
  data_from: z.string().optional(),
  data_to: z.string().optional(),
});

export const listDimensions = defineTool({
  name: 'list_dimensions',
  title: 'List dimensions',
  description:
    'What Amazon Bedrock spend can be grouped and filtered by, which request-metadata keys and profile tags the logs have, and the time they cover. Use it for "by what can I split" and "how far back", and before other tools when unsure of a dimension or period.',
  input: z.strictObject({}),
  output,
  async run(_, context) {
    const { first, last } = await context.engine.range(context);
    const metadataKeys = await context.engine.metadataKeys(context);
    const { aliases } = await context.names();
    const tagKeys = [...new Set(aliases.flatMap((alias) => Object.keys(alias.tags)))].sort();
    const dimensions = Object.entries({ ...DIMENSIONS, ...DIMENSION_FAMILIES }).map(([name, meaning]) => ({
      name,
      meaning,
    }));
    const exact = {
      dimensions,
      metadata_keys: metadataKeys.slice(0, LISTED_KEYS),
      tag_keys: tagKeys,
      ...(first === undefined ? {} : { data_from: isoFromMoment(first) }),
      ...(last === undefined ? {} : { data_to: isoFromMoment(last) }),
    };
    return { shown: () => shownFromDimensions(exact, metadataKeys.length), exact };
  },
});

type Listed = z.output<typeof output>;

function shownFromDimensions({ dimensions, metadata_keys, tag_keys, data_from, data_to }: Listed, keys: number) {
  const more = keys > metadata_keys.length ? ` and ${keys - metadata_keys.length} more` : '';
  return shownReport([
    { columns: ['dimension', 'meaning'], names: 2, rows: dimensions.map(({ name, meaning }) => [name, meaning]) },
    [
      `Metadata keys in the logs: ${metadata_keys.map(shownValue).join(', ') || 'none'}${more}`,
      `Profile tags: ${tag_keys.map(shownValue).join(', ') || 'none'}`,
      data_from ? `The logs cover ${data_from} to ${data_to}.` : 'The logs hold no invocations.',
    ].join('\n'),
  ]);
}
