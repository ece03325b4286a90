/**
 * Whether an `Accept` header takes a type: https://www.rfc-editor.org/rfc/rfc9110#name-accept. The range that says most of the type
 * counts; without the header, or with an empty one, everything is taken.
 */
export function accepts(header: string | null, type: string): boolean {
  if (!header?.trim()) return true;
  const weights = new Map(header.toLowerCase().split(',').map(weighted));
  // A lone `*` is what programs on Java's own HTTP client send.
  const ranges = [type, `${type.split('/')[0]}/*`, '*/*', '*'];
  const range = ranges.find((one) => weights.has(one));
  return range !== undefined && weights.get(range) !== 0;
}

/** A range and its weight. Other parameters narrow it to what we would have no other form of. */
function weighted(text: string): [range: string, weight: number] {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  return [range, Number(weight ?? 1)];
}
