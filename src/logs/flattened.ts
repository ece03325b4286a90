import { ANY_ENDING, ANY_FIELD, type Keep, type Kept, OR_TEXT } from './json-fields.ts';

/** Records whose objects other tools have flattened: `"identity.arn": "…"` in place of `"identity": {"arn": "…"}`. */

type Fields = { readonly [field: string]: Kept };
type Nested = { [field: string]: Kept };

/** The names that nested fields have in a flattened record. */
export function flattenedFields(keep: Exclude<Keep, true>): Record<string, true> {
  const names = Object.entries(keep).flatMap(([field, inner]) => (inner === true ? [] : namesBelow(field, inner)));
  return Object.fromEntries(names.map((name) => [name, true]));
}

function namesBelow(path: string, keep: Exclude<Keep, true>): string[] {
  return Object.entries(keep).flatMap(([field, inner]) => {
    if (field === OR_TEXT) return [];
    if (field === ANY_FIELD) return [`${path}${ANY_ENDING}`];
    return inner === true ? [`${path}.${field}`] : namesBelow(`${path}.${field}`, inner);
  });
}

/** The same record with its objects. Whatever is nested already stays as it is. */
export function unflattened(fields: Fields): Fields {
  const flat = Object.keys(fields).filter((name) => name.includes('.'));
  if (flat.length === 0) return fields;
  const nested: Nested = { ...fields };
  for (const name of flat) place(nested, stepsOf(name), fields[name] as Kept);
  return nested;
}

/** Metadata keys may have dots of their own. */
function stepsOf(name: string): string[] {
  const [first = '', ...rest] = name.split('.');
  return first === 'requestMetadata' ? [first, rest.join('.')] : [first, ...rest];
}

/** Puts a value where its steps lead, unless something else is in the way. */
function place(record: Nested, steps: readonly string[], value: Kept): void {
  let holder = record;
  for (const step of steps.slice(0, -1)) {
    if (!Object.hasOwn(holder, step)) define(holder, step, {});
    const inner = holder[step];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return;
    holder = inner;
  }
  const last = steps.at(-1) ?? '';
  if (!Object.hasOwn(holder, last)) define(holder, last, value);
}

/** A field like any other, where an assignment to `__proto__` would change the prototype. */
function define(target: Nested, field: string, value: Kept): void {
  Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
}
