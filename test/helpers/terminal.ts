import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOOK_EVERY_MS = 50;

/** A real terminal (tmux) with a program in it. When the program ends, the terminal says `[exit CODE]`. */
export interface Terminal {
  /** Types text, without Enter. */
  type(text: string): Promise<void>;
  /** A key in tmux's words: Enter, Tab, C-c, Up. */
  press(key: string): Promise<void>;
  /** Everything shown since the start, without colours. @param options.colours with them */
  text(options?: { colours?: boolean }): Promise<string>;
  /** The last lines, once they are like that. @throws Error with what is shown, when they never are */
  until(pattern: RegExp | ((text: string) => boolean), timeoutMs?: number): Promise<string>;
  close(): Promise<void>;
}

export async function openTerminal(
  command: readonly string[],
  env: Record<string, string>,
  columns = 200,
): Promise<Terminal> {
  // A server of its own, so that closing it touches nobody else's.
  const socket = `bedrock-spend-${randomUUID().slice(0, 8)}`;
  const tmux = async (...args: string[]) =>
    (await run('tmux', ['-L', socket, '-f', '/dev/null', ...args], { maxBuffer: 1 << 28 })).stdout;
  const settings = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  await tmux(
    ...['start-server', ';', 'set-option', '-g', 'history-limit', '20000', ';'],
    ...[
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      '50',
      ...settings,
      `${words}; echo "[exit $?]"; exec sleep 3600`,
    ],
  );
  const terminal: Terminal = {
    async type(text) {
      await tmux('send-keys', '-l', '--', text);
    },
    async press(key) {
      await tmux('send-keys', key);
    },
    async text({ colours = false } = {}) {
      return (await tmux('capture-pane', '-p', '-S', '-', ...(colours ? ['-e'] : []))).trimEnd();
    },
    async until(pattern, timeoutMs = 30_000) {
      const fits = pattern instanceof RegExp ? (text: string) => pattern.test(text) : pattern;
      for (const giveUpAt = Date.now() + timeoutMs; ; await sleep(LOOK_EVERY_MS)) {
        const text = (await tmux('capture-pane', '-p', '-S', '-200')).trimEnd();
        if (fits(text)) return text;
        if (Date.now() > giveUpAt) throw new Error(`The terminal never showed ${pattern}. It shows:\n${text}`);
      }
    },
    async close() {
      await tmux('kill-server').catch(() => {});
    },
  };
  return terminal;
}

/** The shell's prompt with nothing behind it: it waits for a command. */
const BARE_PROMPT = /(^|\n)(bedrock-spend|\S+ 202[56]( [\w-]{8})?)>$/;

/** Gives the shell a command and waits until it is done. */
export async function command(terminal: Terminal, line: string): Promise<string> {
  await terminal.type(line);
  await terminal.until((text) => text.endsWith(`> ${line}`));
  await terminal.press('Enter');
  return terminal.until(BARE_PROMPT, 60_000);
}
