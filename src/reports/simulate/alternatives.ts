import { priceKeyFromModel } from '../../prices/model-key.ts';
import { CURRENT_MODELS } from '../../prices/models/current.ts';
import { isEmbedding } from '../../prices/models/kinds.ts';
import type { Change } from './assumptions.ts';

export interface Alternative {
  /** How the row is called. */
  name: string;
  change: Change;
}

/** What usage of a model could be changed to: another routing or tier of the same model, or another model of the same provider. */
export function alternativesFor(model: string): Alternative[] {
  const provider = model.slice(0, model.indexOf('.'));
  const others = isEmbedding(model) ? [] : (CURRENT_MODELS[provider] ?? []);
  return [
    { name: 'same model, routed global', change: { routing: 'global' } },
    { name: 'same model, batch tier', change: { tier: 'batch' } },
    { name: 'same model, flex tier', change: { tier: 'flex' } },
    ...others
      .filter((other) => priceKeyFromModel(other) !== priceKeyFromModel(model))
      .map((other) => ({ name: other, change: { model: other } })),
  ];
}
