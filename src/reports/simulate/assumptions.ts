import Big from 'big.js';
import { SpendError } from '../../domain/errors.ts';
import type { Scope } from '../../domain/scope.ts';
import { isUnresolved, modelIdentity } from '../../logs/model-id.ts';

/** What is to be otherwise. */
export interface Change {
  /** Model id; one with a routing prefix (`global.`, `us.`) says the routing, too. */
  model?: string | undefined;
  routing?: Routing | undefined;
  tier?: Tier | undefined;
  /** Of the prompt tokens that are not cached today, how many become a cached prefix: 0 to 1. */
  cache_share?: number | undefined;
  /** How much of a cached prefix is read rather than written anew: 0 to 1. If given, it holds for what is cached today as well. */
  cache_hit_rate?: number | undefined;
  /** For another tokenizer: how many tokens a prompt has there for each it has today. */
  input_token_factor?: number | undefined;
  output_token_factor?: number | undefined;
}

export const ROUTINGS = ['global', 'geo', 'in-region'] as const;
export const TIERS = ['standard', 'batch', 'flex', 'priority'] as const;
export type Routing = (typeof ROUTINGS)[number];
export type Tier = (typeof TIERS)[number];

/** Of a prefix that is read again and again, where nobody says otherwise. */
export const USUAL_HIT_RATE = 0.9;

/** A change, read and checked. What is undefined stays as it is. */
export interface Assumptions {
  model: string | undefined;
  scope: Scope | undefined;
  tier: Tier | undefined;
  cacheShare: Big;
  /** Of tokens that become cached. */
  hitRate: Big;
  /** Tokens that are cached today are read and written at that rate, too. */
  hitRateOfAll: boolean;
  inputFactor: Big;
  outputFactor: Big;
}

/** @throws SpendError INVALID_ARGUMENT */
export function assumptionsFrom(change: Change): Assumptions {
  const {
    model,
    routing,
    tier,
    cache_share = 0,
    cache_hit_rate,
    input_token_factor = 1,
    output_token_factor = 1,
  } = change;
  const identity = model === undefined ? undefined : modelIdentity(model);
  if (identity && isUnresolved(identity.model))
    throw new SpendError('INVALID_ARGUMENT', `${model} names no foundation model. Give the model id behind it.`);
  // A bare id can be used by any routing; one with a prefix by no other.
  const prefixed = identity && identity.scope !== 'in-region' ? identity.scope : undefined;
  if (prefixed && routing && prefixed !== routing)
    throw new SpendError(
      'INVALID_ARGUMENT',
      `${model} is routed ${prefixed}, not ${routing}. Leave its prefix or "routing" out.`,
    );
  if (tier === 'batch' && (cache_share > 0 || cache_hit_rate !== undefined))
    throw new SpendError('INVALID_ARGUMENT', 'Batch inference has no prompt caching: ask for one or the other.');
  return {
    model: identity?.model,
    scope: routing ?? prefixed,
    tier,
    cacheShare: exact(cache_share),
    hitRate: exact(cache_hit_rate ?? USUAL_HIT_RATE),
    hitRateOfAll: cache_hit_rate !== undefined,
    inputFactor: exact(input_token_factor),
    outputFactor: exact(output_token_factor),
  };
}

/** Whether a change changes anything: without one, alternatives are compared. */
export function isChange(change: Change): boolean {
  return Object.values(change).some((value) => value !== undefined);
}

/** The decimal that was written. */
function exact(value: number): Big {
  return new Big(String(value));
}
