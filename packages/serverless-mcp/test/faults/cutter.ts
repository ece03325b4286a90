import type { IncomingMessage } from 'node:http';
import type { FrontOptions, Passage } from './front.ts';
import type { Random } from './random.ts';
import { callIdFromPosition, positionsIn } from './stream-position.ts';

/** Cuts streams of calls at random moments, and sends the client on to another instance. */
export interface Cutter extends Required<FrontOptions> {
  readonly counts: CutCounts;
  /** Whether there are no more cuts to make. */
  done(): boolean;
}

export interface CutCounts {
  /** On the stream of a POST. */
  post: number;
  /** On a stream that went on after another cut. */
  resumed: number;
  /** Of both, those in the middle of an event. */
  torn: number;
}

export interface CutterOptions {
  ports: () => readonly number[];
  random: Random;
  /** How many to cut; the rest go through. */
  cuts: number;
}

/** Streams that are cut, if there are cuts left; the others must end for a call to get anywhere. */
const CUT_RATE = 0.8;

/** When a stream is cut, counted from its first event, which must have reached the client. */
const CUT_FROM_MS = 10;
const CUT_TO_MS = 400;

export function createCutter({ ports, random, cuts }: CutterOptions): Cutter {
  const counts: CutCounts = { post: 0, resumed: 0, torn: 0 };
  /** Which instance runs a call. */
  const runners = new Map<string, number>();
  let turn = 0;

  const cutsLeft = () => counts.post + counts.resumed < cuts;
  const callOf = (incoming: IncomingMessage) => callIdFromPosition(String(incoming.headers['last-event-id'] ?? ''));

  /** Whether a stream can still be cut. If so, it is counted, and must be. */
  function claim({ incoming, outgoing }: Passage): boolean {
    if (outgoing.destroyed || outgoing.writableEnded || !cutsLeft()) return false;
    counts[incoming.method === 'POST' ? 'post' : 'resumed']++;
    return true;
  }

  /** Lets the first event through, for it carries the id without which no client can go on. */
  function cutSometime(passage: Passage): void {
    const { response, outgoing } = passage;
    const afterMs = random.between(CUT_FROM_MS, CUT_TO_MS);
    response.once('data', () => setTimeout(() => claim(passage) && outgoing.destroy(), afterMs));
    response.pipe(outgoing);
  }

  /** Cuts the first event that comes after a while in two, and ends there. */
  function tearSometime(passage: Passage): void {
    const { response, outgoing } = passage;
    const afterMs = random.between(CUT_FROM_MS, CUT_TO_MS);
    const share = random.next();
    let due = false;
    let torn = false;
    response.once('data', () => setTimeout(() => (due = true), afterMs));
    response.on('end', () => torn || outgoing.end());
    response.on('data', (chunk: Buffer) => {
      if (torn) return;
      torn = due && claim(passage);
      if (!torn) return void outgoing.write(chunk);
      counts.torn++;
      outgoing.write(chunk.subarray(0, Math.ceil(share * (chunk.length - 1))), () => outgoing.destroy());
    });
  }

  function isCallStream({ incoming, response }: Passage): boolean {
    const streams = String(response.headers['content-type']).includes('text/event-stream');
    return streams && (incoming.method === 'POST' || callOf(incoming) !== undefined);
  }

  return {
    counts,
    done: () => !cutsLeft(),
    route(incoming) {
      const up = ports();
      const runner = runners.get(callOf(incoming) ?? '');
      const others = up.filter((port) => port !== runner);
      return others[turn++ % others.length];
    },
    relay(passage) {
      const { incoming, response, outgoing, port } = passage;
      if (!isCallStream(passage)) return void response.pipe(outgoing);
      if (incoming.method === 'POST') {
        response.once('data', (chunk: Buffer) => {
          for (const position of positionsIn(chunk)) runners.set(callIdFromPosition(position) ?? '', port);
        });
      }
      if (!cutsLeft() || random.next() > CUT_RATE) response.pipe(outgoing);
      else if (random.next() < 0.5) cutSometime(passage);
      else tearSometime(passage);
    },
    // Half of the instances see their client go; behind a gateway, none does.
    tellsInstance: () => random.next() < 0.5,
  };
}
