import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { jsonBytes, LIMITS } from '../messages.ts';
import type { Run } from './task.ts';
import type { TaskInputs, TaskRow } from './task-store.ts';

/** The row that follows a row. */
export function changed(row: TaskRow, change: Partial<TaskRow>): TaskRow {
  return { ...row, updatedAt: Date.now(), ...change, version: row.version + 1 };
}

export function isOver({ status }: TaskRow): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** What became of a task by a run of its handler. */
export function changeFromRun({ inputs }: TaskRow, { progress, response }: Run): Partial<TaskRow> {
  if (progress) return changeFromProgress(progress);
  if (response === undefined) return failed({ code: -32603, message: 'The call could not be run again.' });
  if (!('result' in response)) return failed(response.error);
  const { resultType, ...result } = response.result as Record<string, unknown>;
  if (resultType !== 'input_required') return { status: 'completed', message: undefined, state: undefined, result };
  return changeFromQuestions(inputs, result);
}

export function changeFromProgress({ state, message, pollMs }: NonNullable<Run['progress']>): Partial<TaskRow> {
  return {
    status: 'working',
    message,
    ...(state === undefined ? {} : { state }),
    ...(pollMs === undefined ? {} : { pollMs }),
  };
}

export function failed(error: { code: number; message: string }): Partial<TaskRow> {
  return { status: 'failed', message: error.message, state: undefined, error };
}

function changeFromQuestions({ round }: TaskInputs, result: Record<string, unknown>): Partial<TaskRow> {
  const questions = Object.entries((result['inputRequests'] ?? {}) as Record<string, unknown>);
  const next = round + 1;
  return {
    status: questions.length > 0 ? 'input_required' : 'working',
    message: undefined,
    inputs: {
      round: next,
      requests: Object.fromEntries(questions.map(([key, question]) => [clientKey(key, next), question])),
      responses: {},
      requestState: result['requestState'] as string | undefined,
    },
  };
}

/** Takes answers to open questions; what nobody asked is left. @throws ProtocolError for more than is kept */
export function changeFromAnswers(
  { inputs, status }: TaskRow,
  answers: Record<string, unknown>,
): Partial<TaskRow> | undefined {
  const answered = Object.keys(inputs.requests).filter((key) => Object.hasOwn(answers, key));
  if (status !== 'input_required' || answered.length === 0) return undefined;
  const open = Object.entries(inputs.requests).filter(([key]) => !answered.includes(key));
  const given = answered.map((key) => [handlerKey(key), answers[key]]);
  const responses = { ...inputs.responses, ...Object.fromEntries(given) };
  if (jsonBytes(responses) > LIMITS.taskAnswersBytes)
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `A task takes answers of at most ${LIMITS.taskAnswersBytes} bytes.`,
    );
  return {
    status: open.length > 0 ? 'input_required' : 'working',
    inputs: {
      ...inputs,
      requests: Object.fromEntries(open),
      responses,
    },
  };
}

/** A handler that asks a second time uses the same key; what the client sees must not repeat. */
function clientKey(key: string, round: number): string {
  return `${key}.${round}`;
}

function handlerKey(key: string): string {
  return key.slice(0, key.lastIndexOf('.'));
}
