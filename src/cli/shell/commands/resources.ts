import { SpendError } from '../../../domain/errors.ts';
import { table } from '../../terminal/tables.ts';
import type { ShellCommand } from '../command.ts';
import { startingWith } from '../complete.ts';
import { showResource } from '../show-result.ts';

const NO_RESOURCES = 'The server has no resources.';

export const listResourcesCommand: ShellCommand = {
  name: 'list-resources',
  help: 'Documents the server has, and templates of their addresses.',
  async run(_, { link, screen }) {
    const connection = link.required();
    const resources = await connection.listResources();
    const templates = await connection.listResourceTemplates();
    if (screen.format === 'json') return screen.printJson([...resources, ...templates]);
    if (resources.length + templates.length === 0) return screen.note(NO_RESOURCES);
    const rows = [
      ...resources.map(({ uri, name, title, mimeType = '' }) => [uri, title ?? name, mimeType]),
      ...templates.map(({ uriTemplate, name, title, mimeType = '' }) => [uriTemplate, title ?? name, mimeType]),
    ];
    screen.print(...table(['uri', 'what', 'type'], rows));
  },
};

export const readCommand: ShellCommand = {
  name: 'read',
  usage: 'URI',
  help: 'Shows a document; what is no text is saved to a file.',
  complete: async (current, before, { link }) =>
    before.length > 0
      ? []
      : startingWith(
          current,
          (await link.required().listResources()).map(({ uri }) => uri),
        ),
  async run([uri], { link, screen }, signal) {
    if (uri === undefined)
      throw new SpendError('INVALID_ARGUMENT', 'Say which: read URI. "list-resources" shows them.');
    const connection = link.required();
    if (connection.capabilities.resources === undefined) throw new SpendError('INVALID_ARGUMENT', NO_RESOURCES);
    await showResource(await connection.readResource(uri, { signal, onProgress: screen.progress }), screen);
  },
};
