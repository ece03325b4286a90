import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of its own that has said that it is ready. */
export interface Child<Ready> {
  ready: Ready;
  /** SIGKILL: nothing in it gets to run any more. */
  kill(): void;
  /** Resolves when the process is gone, however it went. */
  gone: Promise<void>;
}

/** Starts a program. It reports through `reportReady`, and ends when this process does. */
export async function startChild<Ready>(file: string, argument: object): Promise<Child<Ready>> {
  const child = fork(file, [JSON.stringify(argument)], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit').then(() => {});
  const ready = await Promise.race([firstMessage<Ready>(child), gone]);
  if (ready === undefined) throw new Error(`${file} ended before it was ready`);
  return { ready, gone, kill: () => void child.kill('SIGKILL') };
}

async function firstMessage<Ready>(child: ChildProcess): Promise<Ready> {
  const [message] = await once(child, 'message');
  return message;
}

/** For the child: what `startChild` was given. */
export function childArgument<Argument>(): Argument {
  return JSON.parse(process.argv[2] as string);
}

/** For the child: tells the parent, and makes sure not to outlive it, even when that is killed. */
export function reportReady(ready: object): void {
  process.once('disconnect', () => process.exit());
  process.send?.(ready);
}
