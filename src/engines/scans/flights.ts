import { SpendError, throwIfCancelled } from '../../domain/errors.ts';
import type { Progress, Work } from '../engine.ts';

/** One scan under way, and the work that waits for it. */
interface Flight<What, Result> {
  what: What;
  rights: Work['rights'];
  result: Promise<Result>;
  waiting: Set<Work>;
  over: AbortController;
}

/**
 * Scans in flight, so that equal questions at the same time pay for one. They are shared by those who may see the same; calls that
 * can go on as tasks have queries of their own.
 */
export function createFlights<What, Result>() {
  const flights = new Set<Flight<What, Result>>();

  function begin(what: What, work: Work, start: (work: Work) => Promise<Result>): Flight<What, Result> {
    const waiting = new Set<Work>();
    const over = new AbortController();
    const onProgress = (progress: Progress) => {
      for (const one of waiting) one.onProgress?.(progress);
    };
    const result = start({ ...work, signal: over.signal, onProgress });
    const flight = { what, rights: work.rights, result, waiting, over };
    flights.add(flight);
    const ended = () => flights.delete(flight);
    result.then(ended, ended);
    return flight;
  }

  /** The scan ends when nobody waits for it any more; the last one waits until it has. */
  function wait({ result, waiting, over }: Flight<What, Result>, work: Work, gone: () => void): Promise<Result> {
    waiting.add(work);
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(work);
        if (waiting.size > 0) return reject(new SpendError('CANCELLED', 'Cancelled.'));
        gone();
        over.abort();
      };
      work.signal?.addEventListener('abort', leave, { once: true });
      result.then(resolve, reject).finally(() => work.signal?.removeEventListener('abort', leave));
    });
  }

  return {
    /**
     * Waits for a scan that serves, or starts one.
     * @param serves whether what another scan finds will do
     */
    async share(
      what: What,
      work: Work,
      serves: (other: What) => boolean,
      start: (work: Work) => Promise<Result>,
    ): Promise<Result> {
      if (work.queries) return start(work);
      for (;;) {
        throwIfCancelled(work.signal);
        const shared = [...flights].find((flight) => flight.rights === work.rights && serves(flight.what));
        const flight = shared ?? begin(what, work, start);
        try {
          return await wait(flight, work, () => flights.delete(flight));
        } catch (error) {
          // That the other one’s money is spent says nothing of this one’s.
          if (!shared || !(error instanceof SpendError) || error.code !== 'SCAN_TOO_EXPENSIVE') throw error;
        }
      }
    },
  };
}
