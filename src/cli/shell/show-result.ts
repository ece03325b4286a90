import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallToolResult, ContentBlock, ReadResourceResult } from '@modelcontextprotocol/client';
import { exactFromResult } from '../../domain/exact-data.ts';
import { csvFromData } from '../terminal/data-table.ts';
import { imageProtocol, inlineImage } from '../terminal/inline-image.ts';
import { styled } from '../terminal/spans.ts';
import { highlighted } from '../terminal/tables.ts';
import type { Screen } from './screen.ts';

/** A tool's answer in the asked form. */
export async function showResult(result: CallToolResult, screen: Screen): Promise<void> {
  const { content } = result;
  const data = exactFromResult(result);
  if (screen.format === 'json') return screen.printJson(data ?? content);
  if (screen.format === 'csv' && data !== undefined) return screen.print(csvFromData(data).trimEnd());
  if (content.length === 0) screen.note(styled('faint', '(no content)'));
  for (const part of content) await showPart(part, screen);
}

export async function showResource({ contents }: ReadResourceResult, screen: Screen): Promise<void> {
  if (screen.format === 'json') return screen.printJson(contents);
  for (const resource of contents) await showPart({ type: 'resource', resource }, screen);
}

export async function showPart(part: ContentBlock, screen: Screen): Promise<void> {
  if (part.type === 'text') return screen.print(...highlighted(part.text.trimEnd()));
  if (part.type === 'resource_link') return screen.print(styled('strong', part.uri), `  ${part.name}`);
  if (part.type === 'resource') {
    const { resource } = part;
    if ('text' in resource) return screen.print(resource.text.trimEnd());
    return showBytes(Buffer.from(resource.blob, 'base64'), resource.mimeType ?? '', screen);
  }
  return showBytes(Buffer.from(part.data, 'base64'), part.mimeType, screen);
}

/** Only for kinds of files that nothing runs. */
const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'application/pdf': 'pdf',
};

/** In the terminal where it can show images, else in a file. */
async function showBytes(bytes: Buffer, mimeType: string, screen: Screen): Promise<void> {
  const protocol = screen.interactive && mimeType.startsWith('image/') ? imageProtocol(process.env) : undefined;
  const inline = protocol && inlineImage(protocol, bytes, mimeType);
  if (inline) return screen.printBytes(inline);
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-'));
  const path = join(folder, `${randomUUID().slice(0, 8)}.${ENDINGS[mimeType] ?? 'bin'}`);
  await writeFile(path, bytes, { mode: 0o600 });
  screen.print(`${mimeType || 'data'}, ${bytes.length.toLocaleString('en')} bytes, saved to `, styled('strong', path));
}
