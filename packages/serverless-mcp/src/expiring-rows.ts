/** Rows that are there until their time is up, by id, in the order in which they were put. */
export interface ExpiringRows<Row> extends Map<string, Row> {
  /** The row if its time is not up; else it goes. */
  live(id: string): Row | undefined;
}

export function createExpiringRows<Row extends { expiresAt: number }>(now: () => number): ExpiringRows<Row> {
  const rows = new Map<string, Row>();
  return Object.assign(rows, {
    live(id: string): Row | undefined {
      const row = rows.get(id);
      if (row === undefined || row.expiresAt > now()) return row;
      rows.delete(id);
      return undefined;
    },
  });
}
