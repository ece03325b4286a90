import type { Work } from '../engines/engine.ts';

/** How far the work is, in per cent: how much there is, and where it lies, is more than the client may know. */
export function withoutAmounts({ onProgress, ...work }: Work = {}): Work {
  return {
    ...work,
    onProgress: onProgress && (({ done, total }) => onProgress(percentOf(done, total))),
  };
}

function percentOf(done: number, total: number) {
  return { done: total > 0 ? Math.floor((100 * done) / total) : 0, total: 100, message: 'reading logs' };
}

/** A source without its parameters, which name regions and roles, and without account ids. */
export function publicSource(source: string): string {
  return source.replace(/\?\S*/g, '').replace(/(?<!\d)\d{12}(?!\d)/g, '…');
}
