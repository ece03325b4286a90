import { keyName } from '../../../client/index.ts';
import { SpendError } from '../../../domain/errors.ts';
import { table } from '../../terminal/tables.ts';
import type { ShellCommand } from '../command.ts';
import { startingWith } from '../complete.ts';

export const profileListCommand: ShellCommand = {
  name: 'profile list',
  help: 'Servers that have a name.',
  async run(_, { profiles, screen }) {
    const all = await profiles.list();
    if (screen.format === 'json') return screen.printJson(all);
    const rows = Object.entries(all).map(([name, { url, era, auth }]) => [name, url, era, auth]);
    screen.print(...table(['profile', 'url', 'era', 'auth'], rows));
  },
};

export const profileSaveCommand: ShellCommand = {
  name: 'profile save',
  usage: 'NAME',
  help: 'Gives the server of this connection a name, and keeps its key.',
  async run([name], { profiles, secrets, link, screen }) {
    const { target } = link;
    if (name === undefined || target === undefined)
      throw new SpendError('INVALID_ARGUMENT', 'Connect first, then: profile save NAME.');
    const auth = target.apiKey !== undefined ? 'key' : target.signsIn ? 'oauth' : 'none';
    await profiles.set(name, { url: target.url, era: target.era, auth });
    if (target.apiKey === undefined) return screen.note(`Saved as ${name}.`);
    const store = await secrets();
    await store.set(keyName(name), target.apiKey);
    screen.note(`Saved as ${name}; its key is in ${store.place}.`);
  },
};

export const profileRemoveCommand: ShellCommand = {
  name: 'profile remove',
  usage: 'NAME',
  help: 'Forgets a server’s name and its key.',
  complete: async (current, before, { profiles }) =>
    before.length === 0 ? startingWith(current, Object.keys(await profiles.list())) : [],
  async run([name], { profiles, secrets, screen }) {
    if (name === undefined || !(await profiles.delete(name)))
      throw new SpendError('INVALID_ARGUMENT', `There is no profile "${name ?? ''}".`);
    await (await secrets()).delete(keyName(name));
    screen.note(`Removed ${name}.`);
  },
};
