import type { CallToolResult, ImageContent, ResourceLink } from '@modelcontextprotocol/server';
import { SpendError } from '../domain/errors.ts';
import { EXACT } from '../domain/exact-data.ts';
import { printable } from '../domain/printable.ts';
import { cutToLength, dataFromShown, type ShownReport, textFromShown } from '../reports/shown.ts';
import type { ToolAnswer } from './define-tool.ts';
import { omittedIn } from './tables.ts';

/**
 * Most characters of an answer's cells: a model's context is not a spreadsheet. The first keeps answers of usual size below 3,000
 * tokens, the second all of them below 10,000; numbers take one token for two characters.
 */
const ROOM = { usual: 4_200, large: 16_000 };

const ADVICE = {
  usual: 'Ask for a shorter period or a part of it, or give a larger "limit".',
  large: 'Ask for a shorter period or a part of it.',
};

export interface ResultOptions {
  /** `shown`: beside the text the same as data. `none`: text alone. */
  toolData: 'shown' | 'none';
  /** Whether the request asks for what is exact. */
  exactly: boolean;
  /** `large`: more rows were asked for than a tool gives by itself. */
  room: keyof typeof ROOM;
  /** Where the rows are that an answer leaves out. */
  wholeTable: ResourceLink | undefined;
}

/** What a tool answers, as the protocol has it. */
export function resultFromAnswer(
  { shown, exact, images = [] }: Omit<ToolAnswer, 'shown'> & { shown: ShownReport },
  options: ResultOptions,
): CallToolResult {
  const fitting = cutToLength(shown, ROOM[options.room], ADVICE[options.room]);
  const isPart = fitting.omitted > 0 || omittedIn(exact) > 0;
  return {
    content: [
      { type: 'text', text: textFromShown(fitting.report) },
      ...images.map(imageContent),
      ...(isPart && options.wholeTable ? [options.wholeTable] : []),
    ],
    ...(options.toolData === 'shown' ? { structuredContent: dataFromShown(fitting.report) } : {}),
    ...(options.exactly ? { _meta: { [EXACT]: exact } } : {}),
  };
}

/** A tool error is a result whose text says what to do next. */
export function resultFromError(error: Error): CallToolResult {
  const code = error instanceof SpendError ? ` [${error.code}]` : '';
  return { isError: true, content: [{ type: 'text', text: `${printable(error.message)}${code}` }] };
}

function imageContent({ data, mimeType }: NonNullable<ToolAnswer['images']>[number]): ImageContent {
  return { type: 'image', data: Buffer.from(data).toString('base64'), mimeType };
}
