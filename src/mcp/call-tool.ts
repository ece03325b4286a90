import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import { checkTool } from '../authorization/rights.ts';
import { EXACT } from '../domain/exact-data.ts';
import type { Progress } from '../engines/engine.ts';
import type { Asking } from './asking.ts';
import type { Tool } from './define-tool.ts';
import { type RunContext, runOutliving } from './outliving.ts';
import { tableLink } from './tables.ts';
import { inputFrom } from './tool-input.ts';
import { resultFromAnswer, resultFromError } from './tool-result.ts';

/** Between two progress notifications, so that a fast scan does not flood the client. */
const PROGRESS_INTERVAL_MS = 100;

/** Runs a tool for a client: what one may not ask is refused here. Loaded with the first call. */
export async function callTool(
  tool: Tool,
  given: unknown,
  { rights, context: own, newWork, ask }: Asking,
  context: ServerContext,
): Promise<CallToolResult> {
  const { toolData = 'shown', outliving } = own;
  let input: Record<string, unknown> = {};
  const task = outliving?.taskOf(context);
  const work = { ...newWork(), now: own.now, signal: context.mcpReq.signal, onProgress: progressSender(context) };
  const run = async () => {
    checkTool(rights, tool);
    input = inputFrom(tool.input, given);
    const answerIn = async (now: RunContext) => {
      const answer = await tool.run(input, { ...own, ...now });
      return { ...answer, shown: answer.shown() };
    };
    return task && outliving ? runOutliving(task, outliving, work, answerIn) : answerIn(work);
  };
  try {
    const answer = await ask({ method: 'tools/call', target: tool.name, input: given }, run, (answered) =>
      'goesOn' in answered ? undefined : rowsIn(answered.exact),
    );
    if ('goesOn' in answer) return answer.goesOn;
    const exactly = context.mcpReq._meta?.[EXACT] === true;
    const usualLimit = tool.input.shape['limit']?.parse(undefined);
    const room = input['limit'] === usualLimit ? 'usual' : 'large';
    const wholeTable = tool.csv && tableLink(tool, given);
    return resultFromAnswer(answer, { toolData, exactly, room, wholeTable });
  } catch (error) {
    return resultFromError(error as Error);
  }
}

// --- internal ---

function rowsIn({ rows, tables }: Record<string, unknown>): number | undefined {
  const lists = Array.isArray(tables) ? tables.map((table) => table.rows as unknown[]) : [rows];
  return lists.reduce<number | undefined>(
    (sum, list) => (Array.isArray(list) ? (sum ?? 0) + list.length : sum),
    undefined,
  );
}

function progressSender({ mcpReq }: ServerContext): ((progress: Progress) => void) | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  let highest = -1;
  return ({ done, total, message }) => {
    const now = Date.now();
    // The protocol wants progress that only rises.
    if (done <= highest || (now - last < PROGRESS_INTERVAL_MS && done < total)) return;
    last = now;
    highest = done;
    // A notification that cannot be delivered must not fail the call it tells of.
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress: done, total, message } })
      .catch(() => {});
  };
}
