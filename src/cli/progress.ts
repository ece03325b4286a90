import { printableLine } from '../domain/printable.ts';
import type { Progress } from '../engines/engine.ts';

const BAR_WIDTH = 30;

/** A progress bar on stderr that stays on one line and leaves nothing behind; silent when nobody watches. */
export function createProgressBar(stream: NodeJS.WriteStream = process.stderr) {
  let shown = false;
  return {
    show({ done, total, message }: Progress): void {
      if (!stream.isTTY) return;
      shown = true;
      const part = total > 0 ? done / total : 0;
      const bar = '█'.repeat(Math.round(part * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
      stream.write(`\r\u001B[K${total > 0 ? `${bar} ${Math.floor(part * 100)} % ` : ''}${printableLine(message)}`);
    },
    clear(): void {
      if (shown) stream.write('\r\u001B[K');
      shown = false;
    },
  };
}
