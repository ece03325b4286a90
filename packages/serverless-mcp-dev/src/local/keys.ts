/** What a key press does; from a pipe, what a character does. */
import type { ReadStream } from 'node:tty';

export interface Actions {
  killOne(): void;
  killAll(): void;
  reload(): void;
  help(): void;
  quit(): void;
}

const CTRL_C = '\u0003';

export const KEYS = 'k kill one instance · K kill all · r reload · q quit · ? help';

const HELP = `
  k   kills one instance, the busiest first: what runs in it dies
  K   kills all of them
  r   bundles the handler anew; instances of the old code answer and end
  q   quits, as Ctrl-C does`;

export function helpText(): string {
  return HELP;
}

/** @returns what ends it */
export function listenToKeys(input: NodeJS.ReadStream, actions: Actions): () => void {
  const does: Record<string, () => void> = {
    k: actions.killOne,
    K: actions.killAll,
    r: actions.reload,
    '?': actions.help,
    h: actions.help,
    q: actions.quit,
    [CTRL_C]: actions.quit,
  };
  const onData = (text: Buffer | string) => {
    for (const key of String(text)) does[key]?.();
  };
  const terminal = input.isTTY ? (input as unknown as ReadStream) : undefined;
  terminal?.setRawMode(true);
  input.on('data', onData);
  return () => {
    input.off('data', onData);
    terminal?.setRawMode(false);
    input.pause();
  };
}
