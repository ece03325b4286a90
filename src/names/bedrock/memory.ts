import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { replaceFile } from '../../own-files.ts';
import type { FoundModel } from './look-up.ts';

const schema = z.record(
  z.string(),
  z.object({
    model: z.string().optional(),
    name: z.string().optional(),
    tags: z.record(z.string(), z.string()),
  }),
);

/** What was ever found, by unresolved id. Ids are random in each account and region, so all of them fit in one book. */
export type Known = Readonly<z.output<typeof schema>>;

/** What the file was called when it held application inference profiles only; its shape was the same. */
const FORMER_NAME = 'profiles.json';

/** A file of what was found, because a deleted resource cannot be looked up any more. */
export function openMemory(file: string) {
  const files = [file, join(dirname(file), FORMER_NAME)];
  let known = read(files);
  return {
    known: () => known,
    /** Adds to the file; what was not found out this time stays as it was. */
    learn(found: readonly FoundModel[]): Promise<Known> {
      known = known.then(async (before) => {
        // Another process may have added to it.
        const after = merged({ ...before, ...(await read(files)) }, found);
        await write(file, after);
        return after;
      });
      return known;
    },
  };
}

/** A model would be several steps away only in a damaged file. */
const MOST_STEPS = 10;

/** Follows a deployment to its custom model, and that to its base model; the last id on the way that is known. */
export function modelBehind(id: string, known: Known, steps = MOST_STEPS): string {
  const model = known[id]?.model;
  return model === undefined || steps === 0 ? id : modelBehind(model, known, steps - 1);
}

function merged(known: Known, found: readonly FoundModel[]): Known {
  const news = found.map(({ unresolved, model, name, tags }) => {
    const old = known[unresolved];
    return [unresolved, { model: model ?? old?.model, name: name ?? old?.name, tags: tags ?? old?.tags ?? {} }];
  });
  return { ...known, ...Object.fromEntries(news) };
}

/** A file that cannot be read is none: it holds nothing that cannot be looked up again, save what was deleted. */
async function read(files: readonly string[]): Promise<Known> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return knownFromText(text);
  }
  return {};
}

function knownFromText(text: string): Known {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

async function write(file: string, known: Known): Promise<void> {
  // On a read-only file system, as on Lambda, nothing is remembered.
  await replaceFile(file, JSON.stringify(known, null, 1)).catch(() => {});
}
