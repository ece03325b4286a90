import { SpendError } from '../../../domain/errors.ts';
import { table } from '../../terminal/tables.ts';
import type { ShellCommand } from '../command.ts';
import { startingWith } from '../complete.ts';
import { showResource } from '../show-result.ts';

export const listResourcesCommand: ShellCommand = {
  name: 'list-resources',
  help: 'Documents the server has, and templates of their addresses.',
  async run(_, { link, screen }) {
    const connection = link.required();
    const resources = await connection.listResources();
    const templates = await connection.listResourceTemplates();
    if (screen.format === 'json') return screen.printJson([...resources, ...templates]);
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
    await showResource(await link.required().readResource(uri, { signal, onProgress: screen.progress }), screen);
  },
};
