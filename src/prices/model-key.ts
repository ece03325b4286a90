/**
 * The id a price is listed under: without `:0` version and context suffix; Claude ids also without date and `-v1`, because one
 * price holds for all dated releases of a Claude version. Nothing is matched by prefix: that once priced Opus 4.8 as Opus 4.
 */
export function priceKeyFromModel(model: string): string {
  const bare = model.replace(/(?::\d+)(?::\w+)?$/, '');
  if (!bare.startsWith('anthropic.')) return bare;
  return bare.replace(/-\d{8}(?:-v\d+)?$/, '').replace(/(\d)-v\d+$/, '$1');
}
