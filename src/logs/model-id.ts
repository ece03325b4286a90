import type { Scope } from '../domain/scope.ts';

export interface ModelIdentity {
  /** Foundation model id without prefix, ARN or region; or `<kind>/<id>` where the ARN does not name a foundation model. */
  model: string;
  provider: string | undefined;
  scope: Scope;
  /** `application-inference-profile/<id>` when the request went through one. */
  profile: string | undefined;
}

/** ARN kinds whose resource id is itself a model id. */
const MODEL_ID_KINDS = new Set(['inference-profile', 'foundation-model']);

/** `global.`, `apac.` or a two-letter geography with an optional `-gov`, before `provider.model`. */
const ROUTING_PREFIX = /^(global|apac|[a-z]{2}(?:-gov)?)\.(?=[a-z0-9-]+\.)/;

/** Provisioned SKUs carry their context window: `…-v1:0:48k`. */
const CONTEXT_SUFFIX = /(:\d+):(?:\d+k|mm)$/;

/** Whether a model, as `modelIdentity` gives it, names no foundation model: what is behind it has to be looked up. */
export function isUnresolved(model: string): boolean {
  return model.includes('/');
}

/** Reads any `modelId` a log record may hold (ids, prefixed ids, all ARN kinds, any partition). */
export function modelIdentity(modelId: string): ModelIdentity {
  const arn = /^arn:[^:]+:([^:]+):[^:]*:[^:]*:([^/]+)\/(.+)$/.exec(modelId);
  if (!arn) return identityFromId(modelId);
  const [, service, kind, id] = arn as unknown as [string, string, string, string];
  if (service === 'bedrock' && MODEL_ID_KINDS.has(kind)) return identityFromId(id);
  return identityFromKind(`${kind}/${id}`);
}

/** `<kind>/<id>`, from an ARN or as this module names it: what runs behind it is not in the name. */
function identityFromKind(model: string): ModelIdentity {
  const profile = model.startsWith('application-inference-profile/') ? model : undefined;
  return { model, provider: undefined, scope: 'unknown', profile };
}

function identityFromId(id: string): ModelIdentity {
  if (id.includes('/')) return identityFromKind(id);
  const prefix = ROUTING_PREFIX.exec(id)?.[1];
  const model = (prefix === undefined ? id : id.slice(prefix.length + 1)).replace(CONTEXT_SUFFIX, '$1');
  const provider = model.includes('.') ? model.slice(0, model.indexOf('.')) : undefined;
  return { model, provider, scope: scopeFromPrefix(prefix, provider), profile: undefined };
}

function scopeFromPrefix(prefix: string | undefined, provider: string | undefined): Scope {
  if (prefix === 'global') return 'global';
  if (prefix !== undefined) return 'geo';
  return provider === undefined ? 'unknown' : 'in-region';
}
