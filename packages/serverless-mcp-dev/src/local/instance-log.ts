/** What instances print, so that it reads beside the lines of requests. */
import { relative } from 'node:path';
import type { RuntimeError } from '../function/runtime-api.ts';

/** What the runtime puts before each line: time, request id, level. */
const PREFIX = /^\S+Z\t\S+\t(\w+)\t/;
/** How AWS's client and its stand-in tell of an error; AWS's has it as JSON. */
const ERROR = /^(Init Error|Invoke Error|Uncaught Exception)\s+(\{.*\})?/;
/** Of the runtime, of Node, of packages. */
const FOREIGN = /node:|aws-lambda-ric|serverless-mcp-loader|node_modules|processTicksAndRejections/;
const MOST_FRAMES = 5;
/** What an authorizer throws for 401: an answer like others, of which the request's line tells. */
const NO_ERROR = /^\w+: Unauthorized$/;

/** @returns what takes a line of an instance @param who `authorizer` in the place of its number */
export function createInstanceLog(log: (line: string) => void, who?: 'authorizer') {
  /** An instance that could not begin prints its error once more, through Node. */
  const failed = new Set<number>();
  return (text: string, instance: number): void => {
    if (failed.has(instance) || isForeign(text)) return;
    const [, level = 'INFO'] = PREFIX.exec(text) ?? [];
    const said = text.replace(PREFIX, '');
    const [whole, kind, json] = ERROR.exec(said) ?? [];
    if (kind === 'Init Error') failed.add(instance);
    const shown = whole === undefined ? said : toldError(said, json);
    if (who && kind === 'Invoke Error' && NO_ERROR.test(shown.split('\n', 1)[0] ?? '')) return;
    const marked = level === 'INFO' ? shown : `${level} ${shown}`;
    const margin = `         ${who ?? `#${instance + 1}`} | `;
    log(margin + marked.replaceAll('\n', `\n${margin}`));
  };
}

/** The error, and where in the handler's own files. */
function toldError(said: string, json: string | undefined): string {
  const lines = linesOf(said, json);
  const frames = lines.filter((line) => isFrame(line) && !isForeign(line)).slice(0, MOST_FRAMES);
  return [...lines.filter((line) => !isFrame(line)), ...frames.map(nearby)].join('\n');
}

const isFrame = (line: string) => /^\s+at /.test(line);
/** An error that nobody catches comes from Node itself, a line at a time. */
const isForeign = (line: string) => isFrame(line) && FOREIGN.test(line);

function linesOf(said: string, json: string | undefined): string[] {
  try {
    const { errorType, errorMessage, stack = [] } = JSON.parse(json ?? '') as { stack?: string[] } & RuntimeError;
    return [`${errorType}: ${errorMessage}`, ...stack.slice(1)];
  } catch {
    return said.replace(/^(Init Error|Invoke Error|Uncaught Exception)\s+/, '').split('\n');
  }
}

/** With the path from here. */
function nearby(frame: string): string {
  return frame.replace(
    /\(?(?:file:\/\/)?(\/[^():]+)(:\d+:\d+)\)?$/,
    (_, path, place) => `(${relative('.', path)}${place})`,
  );
}

export function deathLine(instance: number, { errorType, errorMessage }: RuntimeError): string {
  return `         #${instance + 1} died: ${errorType}: ${errorMessage.replace(/^RequestId: \S+ Error: /, '')}`;
}
