import { acceptedContent, inputRequired, McpServer, type McpServerFactory } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Note, Notes } from './notes.ts';

const SURE = z.object({ sure: z.boolean().describe('Really delete it') });

/** Each client has notes of its own: those of the API key or token subject that asks. */
export function createFactory(notes: Notes): McpServerFactory {
  return ({ authInfo }) => {
    const owner = authInfo?.clientId ?? 'nobody';
    const server = new McpServer({ name: 'notes', version: '1.0.0' });

    server.registerTool(
      'add-note',
      { description: 'Keeps a note.', inputSchema: z.object({ text: z.string().min(1).max(10_000) }) },
      async ({ text }) => answer(`Kept as ${await notes.add(owner, text)}.`),
    );

    server.registerTool('list-notes', { description: 'All notes that were kept.' }, async () => {
      const kept = await notes.list(owner);
      return answer(kept.length === 0 ? 'There are no notes.' : kept.map(lineOf).join('\n'));
    });

    server.registerTool(
      'delete-note',
      { description: 'Deletes a note, when the user agrees.', inputSchema: z.object({ id: z.string() }) },
      async ({ id }, { mcpReq }) => {
        const answered = acceptedContent(mcpReq.inputResponses, 'sure', SURE);
        if (mcpReq.inputResponses === undefined) {
          const question = { message: `Delete the note ${id}?`, requestedSchema: SURE };
          return inputRequired({ inputRequests: { sure: inputRequired.elicit(question) } });
        }
        if (answered?.sure !== true) return answer('It stays.');
        await notes.remove(owner, id);
        return answer(`${id} is deleted.`);
      },
    );
    return server;
  };
}

const lineOf = ({ id, text }: Note) => `${id}  ${text}`;

const answer = (text: string) => ({ content: [{ type: 'text' as const, text }] });
