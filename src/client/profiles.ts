import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SpendError } from '../domain/errors.ts';
import { writing } from '../domain/system-error.ts';
import { replaceFile } from '../own-files.ts';
import { AUTH_KINDS, ERAS } from './options.ts';
import { configFolder } from './secrets/open.ts';

const profileSchema = z.object({ url: z.url(), era: z.enum(ERAS), auth: z.enum(AUTH_KINDS) });

/** A server under a name. What it wants to be shown is kept apart, in the secret store. */
export type Profile = z.output<typeof profileSchema>;

export interface Profiles {
  readonly path: string;
  list(): Promise<Record<string, Profile>>;
  get(name: string): Promise<Profile | undefined>;
  set(name: string, profile: Profile): Promise<void>;
  /** @returns whether there was one */
  delete(name: string): Promise<boolean>;
}

export const keyName = (profile: string) => `api-key:${profile}`;

export function openProfiles(path = join(configFolder(), 'profiles.json')): Profiles {
  const read = async () => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    try {
      return z.record(z.string(), profileSchema).parse(JSON.parse(text));
    } catch (cause) {
      throw new SpendError('INVALID_SETTING', `${path} is damaged: mend or remove it. ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  const write = async (profiles: Record<string, Profile>) => {
    await writing(path, () => replaceFile(path, `${JSON.stringify(profiles, null, 2)}\n`));
  };
  return {
    path,
    list: read,
    get: async (name) => (await read())[checkName(name)],
    async set(name, profile) {
      await write({ ...(await read()), [checkName(name)]: profile });
    },
    async delete(name) {
      const { [checkName(name)]: found, ...others } = await read();
      if (found !== undefined) await write(others);
      return found !== undefined;
    },
  };
}

/** @throws SpendError INVALID_ARGUMENT for what could be taken for an address, an option or a property of every object */
function checkName(name: string): string {
  if (/^[a-z0-9][\w.-]{0,63}$/i.test(name) && !(name in Object.prototype)) return name;
  throw new SpendError(
    'INVALID_ARGUMENT',
    `"${name}" cannot be a profile's name: letters, digits, ".", "_" and "-", beginning with a letter or digit.`,
  );
}
