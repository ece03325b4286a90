export interface ExpiringRow {
  id: string;
  owner: string | undefined;
  /** Epoch milliseconds. */
  expiresAt: number;
}

export interface ExpiringRowsOptions {
  most: number;
  /** Of one owner, who has as large a part of the bytes. */
  mostOfOwner: number;
  mostBytes: number;
  /** Hears that rows which live go for want of room, and how many there are; at most once a minute. */
  onFull: (rows: number) => void;
  now: () => number;
}

/** JSON rows of this process, until their time is up. Where there is no room, those that were put longest ago go. */
export interface ExpiringRows<Row> {
  /** The row if its time is not up; else it goes. */
  live(id: string): Row | undefined;
  /** Puts a row in the place of the one before, or behind all others. @throws Error for one that no room can be made for */
  put(row: Row): void;
  delete(id: string): void;
}

/** What V8 needs for a row besides its text; `npm run bench:serverless` measures it. */
const ROW_BYTES = 400;

const TOLD_EVERY_MS = 60_000;

/** V8 has one byte for each character of a text that is all Latin-1, else two. */
export function bytesOfText(text: string): number {
  return text.length * (/[\u0100-\uffff]/.test(text) ? 2 : 1);
}

/** As text, because what an object takes cannot be told: `[[],[],[]]` is many times its text. */
interface Kept extends Omit<ExpiringRow, 'id'> {
  text: string;
  bytes: number;
}

interface Sum {
  rows: number;
  bytes: number;
}

export function createExpiringRows<Row extends ExpiringRow>(options: ExpiringRowsOptions): ExpiringRows<Row> {
  const { most, mostOfOwner, mostBytes, onFull, now } = options;
  const kept = new Map<string, Kept>();
  const all: Sum = { rows: 0, bytes: 0 };
  const owners = new Map<string | undefined, Sum>();
  const ofOwner: Sum = { rows: mostOfOwner, bytes: mostBytes * Math.min(1, mostOfOwner / most) };
  let toldFullAt = Number.NEGATIVE_INFINITY;

  function count({ owner, bytes }: Kept, by: 1 | -1): void {
    const own = owners.get(owner) ?? { rows: 0, bytes: 0 };
    for (const sum of [all, own]) {
      sum.rows += by;
      sum.bytes += by * bytes;
    }
    if (own.rows > 0) owners.set(owner, own);
    else owners.delete(owner);
  }

  function remove(id: string): void {
    const row = kept.get(id);
    if (row && kept.delete(id)) count(row, -1);
  }

  const isOver = (sum: Sum | undefined, limit: Sum) =>
    sum !== undefined && (sum.rows > limit.rows || sum.bytes > limit.bytes);
  const everybodyIsOver = () => isOver(all, { rows: most, bytes: mostBytes });
  const isOwnerOver = (owner: string | undefined) => owner !== undefined && isOver(owners.get(owner), ofOwner);

  /** One principal that makes rows without end must not take them from the others. */
  function makeRoom(newest: string, owner: string | undefined): void {
    if (!everybodyIsOver() && !isOwnerOver(owner)) return;
    for (const [id, { expiresAt }] of kept) if (expiresAt <= now()) remove(id);
    for (const [id, row] of kept) {
      if (!isOwnerOver(owner)) break;
      if (row.owner === owner && id !== newest) remove(id);
    }
    if (!everybodyIsOver()) return;
    for (const id of kept.keys()) {
      if (!everybodyIsOver()) break;
      if (id !== newest) remove(id);
    }
    if (now() - toldFullAt < TOLD_EVERY_MS) return;
    toldFullAt = now();
    onFull(kept.size);
  }

  return {
    live(id) {
      const row = kept.get(id);
      if (row === undefined || row.expiresAt > now()) return row && JSON.parse(row.text);
      remove(id);
      return undefined;
    },
    put(row) {
      const text = JSON.stringify(row);
      const { id, owner, expiresAt } = row;
      const next: Kept = { owner, expiresAt, text, bytes: ROW_BYTES + bytesOfText(text) };
      if (next.bytes > ofOwner.bytes) throw new Error(`a row of more than ${ofOwner.bytes} bytes`);
      const before = kept.get(id);
      if (before) count(before, -1);
      kept.set(id, next);
      count(next, 1);
      makeRoom(id, owner);
    },
    delete: remove,
  };
}
