import type { CallToolResult } from '@modelcontextprotocol/client';

/** The text parts of a tool's answer. */
export function textFromResult({ content }: CallToolResult): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
