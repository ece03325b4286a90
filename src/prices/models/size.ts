/** Sizes of families whose names tell them, least first. What a larger one does better, no price tells. */
const SIZES: readonly (readonly string[])[] = [
  ['haiku', 'sonnet', 'opus'],
  ['nova-micro', 'nova-lite', 'nova-pro', 'nova-premier'],
  ['luna', 'terra', 'sol'],
  ['flash', 'glm'],
];

/** `70b`, `235b`: parameters; of a mixture of experts `17b-128e` or `235b-a22b`, the first number. */
const PARAMETERS = /(?<![a-z\d.])(\d+(?:\.\d+)?)b\b/;

/** How one model compares with another in size; undefined where their names do not tell. */
export function sizeBeside(model: string, other: string): 'smaller' | 'same size' | 'larger' | undefined {
  const [size, otherSize] = [sizeIn(model), sizeIn(other)];
  if (size === undefined || otherSize === undefined || size.family !== otherSize.family) return undefined;
  if (size.size === otherSize.size) return 'same size';
  return size.size < otherSize.size ? 'smaller' : 'larger';
}

interface Size {
  /** Sizes of two families say nothing of each other. */
  family: string;
  size: number;
}

function sizeIn(model: string): Size | undefined {
  // Nova 2 Lite is of the size of Nova Lite.
  const name = model.replace(/nova-\d-/, 'nova-');
  for (const family of SIZES) {
    const size = family.findIndex((word) => name.includes(word));
    if (size >= 0) return { family: family.join(), size };
  }
  const [, parameters] = PARAMETERS.exec(name) ?? [];
  return parameters === undefined ? undefined : { family: name.slice(0, name.indexOf('.')), size: Number(parameters) };
}
