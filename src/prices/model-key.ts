/**
 * The id a price is listed under: without `:0` version and context suffix; Claude ids also without date and `-v1`, because one
 * price holds for all dated releases of a Claude version. Nothing is matched by prefix: that once priced Opus 4.8 as Opus 4.
 */
export function priceKeyFromModel(model: string): string {
  const bare = model.replace(/(?::\d+)(?::\w+)?$/, '');
  if (!bare.startsWith('anthropic.')) return bare;
  return bare.replace(/-\d{8}(?:-v\d+)?$/, '').replace(/(\d)-v\d+$/, '$1');
}

/**
 * Finds a model under its key. Some endpoints leave out the first version (`qwen.qwen3-32b` for `qwen.qwen3-32b-v1:0`), so an id
 * without a version is the first one, as long as there is no later version that it could be as well.
 */
export function modelFinder<Value>(byKey: ReadonlyMap<string, Value>): (model: string) => Value | undefined {
  const keys = [...byKey.keys()];
  const byUnversioned = new Map<string, Value>();
  for (const [key, value] of byKey) {
    const bare = withoutFirstVersion(key);
    if (bare !== key && !keys.some((other) => isLaterVersion(other, bare))) byUnversioned.set(bare, value);
  }
  return (model) => {
    const key = priceKeyFromModel(model);
    return byKey.get(key) ?? byUnversioned.get(key);
  };
}

/** The key without `-v0` or `-v1`, where some endpoints have nothing. */
export function withoutFirstVersion(key: string): string {
  return key.replace(/-v[01]$/, '');
}

function isLaterVersion(key: string, bare: string): boolean {
  return key.startsWith(bare) && /^-v(?![01]$)\d+$/.test(key.slice(bare.length));
}
