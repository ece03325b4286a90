import * as z from 'zod';

/** The shape of a tool's data by default, the same for all tools. */
export const shownSchema = z.object({
  lines: z.array(z.string()).describe('What is found, in sentences'),
  tables: z.array(
    z.object({
      title: z.string().optional(),
      columns: z.array(z.string()),
      rows: z.array(z.array(z.string())).describe('Cells by column, rounded for reading'),
      total: z.array(z.string()).optional(),
    }),
  ),
  notes: z.array(z.string()).describe('What the reader must know'),
});

export type ShownData = z.output<typeof shownSchema>;
