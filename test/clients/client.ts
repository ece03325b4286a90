import type { Model } from './model/model.ts';
import type { Target, Way } from './targets.ts';

/** A program of others that people reach servers through. */
export interface Client {
  name: string;
  /** What npm installs, each with its version; the first is the program itself. */
  packages: readonly string[];
  /** Too large, or too slow, for CI. */
  heavy?: true;
  /** Where it cannot go, and why. */
  cannot?: Readonly<Partial<Record<Way, string>>>;
  /** What its users should know of it: its own faults, with the issue where they are told. */
  note?: string;
  ask(context: Context): Promise<Seen>;
  /** What it says of its servers to who asks it, after it was asked something. */
  status?(context: Context): Promise<string>;
}

export interface Context {
  /** Where it is installed. */
  installed: string;
  /** An empty folder, for its settings, and its home. */
  home: string;
  target: Target;
  model: Model;
}

export interface Seen {
  /** How many of the server's tools its model could call. */
  tools: number;
  /** What came to its model of the call's answer; for a library, what it hands on to a model. */
  sent: string;
}

/** It ended without an answer: what it said of that. */
export class ClientFailure extends Error {
  override name = 'ClientFailure';
}
