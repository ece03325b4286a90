import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

export interface ShellInput {
  readonly interactive: boolean;
  /** The next line; undefined when there are no more. @param prompt asked again whenever it is drawn */
  readLine(prompt: () => string): Promise<string | undefined>;
  /** An answer from the user, kept out of the history; undefined when they pressed Ctrl-C or nobody is there. */
  ask(prompt: string, options?: { hidden?: boolean; signal?: AbortSignal }): Promise<string | undefined>;
  /** Runs a write with the prompt out of its way. */
  around(write: () => void): void;
  /** Ctrl-C while a command runs. */
  onInterrupt: (() => void) | undefined;
  close(): void;
}

export interface InputOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  complete?(line: string): Promise<[string[], string]>;
  /** Newest first. */
  history?: string[];
  onHistory?(line: string): void;
}

/** Lines from a terminal, with editing, history and completion, or from a pipe. */
export function createInput({ input, output, complete, history = [], onHistory }: InputOptions): ShellInput {
  const interactive = input.isTTY === true && output.isTTY === true;
  let hidden = false;
  const visible = outputUnless(output, () => hidden);
  const rl: Interface = createInterface({
    input,
    output: interactive ? visible : undefined,
    terminal: interactive,
    history: interactive ? [...history] : [],
    historySize: interactive ? 1000 : 0,
    removeHistoryDuplicates: true,
    ...(complete && interactive
      ? {
          completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) =>
            complete(line).then(
              (result) => done(null, result),
              () => done(null, [[], line]),
            ),
        }
      : {}),
  });

  const waitingLines: string[] = [];
  let waiting: ((line: string | undefined) => void) | undefined;
  let promptNow = () => '';
  let asking = false;
  let closed = false;
  let warned = false;
  const settle = (line: string | undefined) => {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(line);
  };

  rl.on('line', (line) => {
    warned = false;
    if (waiting) settle(line);
    else waitingLines.push(line);
  });
  rl.on('history', (lines: string[]) => {
    if (asking) lines.shift();
    else if (lines[0] !== undefined) onHistory?.(lines[0]);
  });
  rl.on('close', () => {
    closed = true;
    settle(undefined);
  });
  rl.on('SIGINT', () => {
    if (self.onInterrupt && !waiting) return self.onInterrupt();
    if (asking) {
      output.write('\n');
      return settle(undefined);
    }
    if (rl.line !== '') {
      rl.write(null, { ctrl: true, name: 'e' });
      rl.write(null, { ctrl: true, name: 'u' });
      return;
    }
    if (warned) return rl.close();
    warned = true;
    output.write('\n(Ctrl-C again, or "quit", to leave)\n');
    rl.prompt();
  });

  const next = (prompt: () => string): Promise<string | undefined> => {
    const line = waitingLines.shift();
    if (line !== undefined || closed) return Promise.resolve(line);
    return new Promise((resolve) => {
      waiting = resolve;
      if (!interactive) return;
      promptNow = prompt;
      rl.setPrompt(prompt());
      rl.prompt();
    });
  };

  const self: ShellInput = {
    interactive,
    onInterrupt: undefined,
    readLine: next,
    async ask(prompt, options = {}) {
      if (!interactive || closed) return undefined;
      asking = true;
      // What was typed ahead was meant for the shell, not for this question.
      waitingLines.length = 0;
      const give = () => settle(undefined);
      options.signal?.addEventListener('abort', give);
      try {
        const answer = next(() => prompt);
        hidden = options.hidden ?? false;
        return await answer;
      } finally {
        if (hidden) output.write('\n');
        hidden = asking = false;
        options.signal?.removeEventListener('abort', give);
      }
    },
    around(write) {
      if (!interactive || !waiting) return write();
      const { rows } = rl.getCursorPos();
      output.write(`${rows > 0 ? `\u001B[${rows}A` : ''}\r\u001B[J`);
      write();
      // What it was drawn over is gone; without this readline would go up as many rows as it had, into what was written.
      Object.assign(rl, { prevRows: 0 });
      rl.setPrompt(promptNow());
      rl.prompt(true);
    },
    close: () => rl.close(),
  };
  return self;
}

/** The same terminal, while it may be written to. */
function outputUnless(output: NodeJS.WriteStream, silent: () => boolean): NodeJS.WritableStream {
  const stream = new Writable({
    write(chunk, _, done) {
      // At once: what waits its turn would fall under a silence that begins later.
      if (!silent()) output.write(chunk);
      done();
    },
  });
  output.on('resize', () => stream.emit('resize'));
  return Object.defineProperties(stream, {
    columns: { get: () => output.columns },
    rows: { get: () => output.rows },
    isTTY: { value: output.isTTY },
  });
}
