import { priceKeyFromModel } from '../../prices/model-key.ts';
import { CURRENT_MODELS } from '../../prices/models/current.ts';
import { isEmbedding } from '../../prices/models/kinds.ts';
import { sizeBeside } from '../../prices/models/size.ts';
import type { Change } from './assumptions.ts';

/** How near an alternative is to what answers today, nearest first. */
export const FITS = ['same model', 'same size', 'larger', 'size not known', 'smaller'] as const;
export type Fit = (typeof FITS)[number];

export interface Alternative {
  /** How the row is called. */
  name: string;
  fit: Fit;
  change: Change;
}

/** What usage of a model could be changed to: another routing or tier of the same model, or another model of the same provider. */
export function alternativesFor(model: string): Alternative[] {
  const provider = model.slice(0, model.indexOf('.'));
  const others = isEmbedding(model) ? [] : (CURRENT_MODELS[provider] ?? []);
  return [
    { name: 'same model, routed global', fit: 'same model', change: { routing: 'global' } },
    { name: 'same model, batch tier', fit: 'same model', change: { tier: 'batch' } },
    { name: 'same model, flex tier', fit: 'same model', change: { tier: 'flex' } },
    ...others
      .filter((other) => priceKeyFromModel(other) !== priceKeyFromModel(model))
      .map((other): Alternative => {
        const fit = sizeBeside(other, model) ?? 'size not known';
        return { name: other, fit, change: { model: other } };
      }),
  ];
}
