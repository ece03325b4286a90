import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY_FIELD, createFieldReader, type Keep, type Kept, NOT_JSON, OR_TEXT } from './json-fields.ts';

const KEEP = {
  id: true,
  count: true,
  usage: { input: true, output: true, details: { ttl: true, tokens: true } },
  body: { stop: true, usage: { input: true }, tier: { type: true, [OR_TEXT]: true } },
} as const satisfies Keep;

/** Fields whose values are kept, whatever scalar they are. `tier` may be a text or an object. */
const LEAVES = ['id', 'count', 'input', 'output', 'ttl', 'tokens', 'stop', 'type', 'tier'];
const NAMES = [...LEAVES, 'usage', 'details', 'body'];

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

const scan = createFieldReader(KEEP, NAMES);

function scanned(text: string): Kept {
  return scan(Buffer.from(text)).value;
}

describe('the scanner against JSON.parse', () => {
  it('keeps the same fields of any value', () => {
    fc.assert(
      fc.property(jsonText(), (text) => {
        expect(withoutEmptyElements(scanned(text))).toEqual(withoutEmptyElements(picked(JSON.parse(text), KEEP)));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the same texts, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), writing(), (id, write) => {
        expect(scanned(write({ skipped: id, id }))).toEqual({ id });
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['"'],
    ['\\'],
    ['\\"'],
    ['\\\\'],
    ['\\\\"'],
    ['é'],
    ['🌊'],
    ['\ud83c'],
    ['\u0000'],
    ['\n'],
    ['/'],
    ['\u2028'],
  ])('finds the end of a text that holds or ends with %j, short or long', (piece) => {
    const pieces = ['', 'a', 'a'.repeat(62), 'a'.repeat(63), 'a'.repeat(64), 'a'.repeat(65), 'a '.repeat(500)];
    const texts = pieces.flatMap((padding) => [piece + padding, padding + piece, padding + piece + padding]);
    expect(texts.map((text) => scanned(JSON.stringify({ skipped: text, id: text, count: 1 })))).toEqual(
      texts.map((id) => ({ id, count: 1 })),
    );
  });

  it('keeps the same numbers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()), (count) => {
        const text = JSON.stringify({ count });
        expect(scanned(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['0'],
    ['-0'],
    ['7'],
    ['123456789'],
    ['1234567890'],
    ['1e3'],
    ['1E+2'],
    ['1.50'],
    ['1e400'],
    ['9007199254740993'],
  ])('reads %s as JSON.parse does', (number) => {
    expect(scanned(`{"count":${number}}`)).toEqual({ count: JSON.parse(number) });
  });

  it('takes the last of two fields of one name', () => {
    expect(scanned('{"id":1,"usage":{"input":1},"id":2,"usage":{"output":3}}')).toEqual({
      id: 2,
      usage: { output: 3 },
    });
  });

  it('keeps any name where any is asked for', () => {
    const any = createFieldReader({ tags: { [ANY_FIELD]: true } }, []);
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', 'toString', '*', ''),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, scalar())), writing(), (entries, write) => {
        const text = write({ tags: Object.fromEntries(entries) });
        const { tags } = JSON.parse(text) as { tags: object };
        const kept = any(Buffer.from(text)).value as { tags: object };
        expect(Object.entries(kept.tags)).toEqual(Object.entries(tags));
        expect(Object.getPrototypeOf(kept.tags)).toBe(Object.prototype);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells where the value ends', () => {
    fc.assert(
      fc.property(fc.array(objectText(), { minLength: 1, maxLength: 4 }), (texts) => {
        let rest = Buffer.from(texts.join(' \n'));
        for (const text of texts) {
          const { value, end } = scan(rest);
          expect(value).toEqual(scanned(text));
          rest = rest.subarray(end);
        }
        expect(rest.length).toBe(0);
      }),
    );
  });

  it('knows a field by its name as AWS writes it, without escapes', () => {
    expect(scanned('{"\\u0069d":1,"count":2}')).toEqual({ count: 2 });
  });
});

describe('arrays', () => {
  it('keep only the elements that had something to keep', () => {
    const events = [{ text: 'a' }, { stop: 'end' }, 'stop', 7, null, [], { usage: { input: 3 } }, {}];
    expect(scanned(JSON.stringify({ body: events }))).toEqual({ body: [{ stop: 'end' }, { usage: { input: 3 } }] });
  });

  it('inside arrays are stepped over', () => {
    expect(scanned('{"body":[[{"stop":"inner"}],{"stop":"outer"}]}')).toEqual({ body: [{ stop: 'outer' }] });
  });

  it('become null where a scalar is expected', () => {
    expect(scanned('{"id":[1,2],"count":{"a":1}}')).toEqual({ id: null, count: null });
  });
});

describe('damaged input', () => {
  it('is rejected when cut short anywhere', () => {
    fc.assert(
      fc.property(objectText(), (text) => {
        const bytes = Buffer.from(text);
        const cuts = Array.from({ length: bytes.length }, (_, cut) => outcome(bytes.subarray(0, cut)));
        expect(new Set(cuts)).toEqual(new Set([NOT_JSON]));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [''],
    [' '],
    ['{'],
    ['}'],
    ['{"id"}'],
    ['{"id" 1}'],
    ['{"id":}'],
    ['{"id":1,}'],
    ['{"id":1 "count":2}'],
    ['{,}'],
    ['{id:1}'],
    ["{'id':1}"],
    ['{"id":tru}'],
    ['{"id":01}'],
    ['{"id":+1}'],
    ['{"id":NaN}'],
    ['{"id":1é}'],
    ['{"id":"line\nbreak"}'],
    ['{"id":"\\x"}'],
    ['{"skipped":"line\nbreak"}'],
    ['{"skipped":}'],
    ['{"skipped":[}'],
    ['[1,]'],
    ['[,]'],
    ['word'],
    ['\ufeff{}'],
  ])('%j is rejected', (text) => {
    expect(outcome(Buffer.from(text))).toBe(NOT_JSON);
  });

  it('throws nothing but NOT_JSON, whatever the bytes are', () => {
    const jsonLike = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', ' ', '1', 'true', '"id"', '"usage"'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          jsonLike.map((pieces) => Buffer.from(pieces.join(''))),
        ),
        (bytes) => {
          expect([NOT_JSON, 'read']).toContain(outcome(Buffer.from(bytes)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('leaves nothing behind for the next value', () => {
    expect(outcome(Buffer.from('{"id":"first","body":[{"stop":'))).toBe(NOT_JSON);
    expect(scanned('{"count":1}')).toEqual({ count: 1 });
  });
});

describe('100,000 levels of nesting', () => {
  const DEPTH = 100_000;
  const nested: [what: string, text: string][] = [
    ['arrays', '['.repeat(DEPTH) + ']'.repeat(DEPTH)],
    ['objects', `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`],
    ['arrays around a kept field', `${'['.repeat(DEPTH)}{"stop":"deep"}${']'.repeat(DEPTH)}`],
    ['objects under a kept name', `${'{"usage":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`],
    ['arrays of objects under a kept name', `${'[{"usage":'.repeat(DEPTH)}1${'}]'.repeat(DEPTH)}`],
  ];

  it.each(nested)('of %s are stepped over in a skipped value', (_what, text) => {
    expect(scanned(`{"skipped":${text},"id":1}`)).toEqual({ id: 1 });
  });

  it.each(nested)('of %s become null in the place of a scalar', (_what, text) => {
    expect(scanned(`{"id":${text},"count":1}`)).toEqual({ id: null, count: 1 });
  });

  it.each(nested)('of %s do not exhaust the stack in the place of an object', (_what, text) => {
    expect(scanned(`{"body":${text},"usage":${text},"id":1}`)).toMatchObject({ id: 1 });
  });

  it.each(nested)('of %s are rejected when they do not end', (_what, text) => {
    expect(outcome(Buffer.from(`{"body":${text.slice(0, -1)}`))).toBe(NOT_JSON);
  });
});

describe('what is not asked for', () => {
  const SECRET = 'xyzzy';

  it('never comes out', () => {
    fc.assert(
      fc.property(json(), writing(), (value, write) => {
        const planted = secretlyNamed(value);
        const text = write(planted);
        expect(JSON.stringify(scanned(text))).not.toContain(SECRET);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a text in the place of an object', { body: SECRET, usage: SECRET }, { body: null, usage: null }],
    [
      'a text in the place of an object in an event',
      { body: [{ stop: 'end', usage: SECRET }] },
      { body: [{ stop: 'end', usage: null }] },
    ],
    ['a bare text among events', { body: [SECRET, { stop: 'end' }] }, { body: [{ stop: 'end' }] }],
    ['an object in the place of a text', { id: { text: SECRET } }, { id: null }],
    ['a field beside a kept one', { body: { stop: 'end', content: [{ text: SECRET }] } }, { body: { stop: 'end' } }],
    ['a kept name at another level', { stop: SECRET, details: { ttl: SECRET } }, {}],
  ])('does not come out as %s', (_what, value, kept) => {
    expect(scanned(JSON.stringify(value))).toEqual(kept);
  });

  it('comes out as a plain text only where one may stand for an object', () => {
    expect(scanned('{"body":{"tier":"flex"}}')).toEqual({ body: { tier: 'flex' } });
  });

  /** The secret for every text that is no kept field's, and in every name that is not kept. */
  function secretlyNamed(value: Json, field = ''): Json {
    if (typeof value === 'string') return LEAVES.includes(field) ? 'kept' : `${value}${SECRET}`;
    if (Array.isArray(value)) return value.map((element) => secretlyNamed(element));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        NAMES.includes(name) ? name : `${name}${SECRET}`,
        secretlyNamed(inner, name),
      ]),
    );
  }
});

// --- helpers ---

function outcome(bytes: Buffer): unknown {
  try {
    scan(bytes);
    return 'read';
  } catch (error) {
    return error;
  }
}

/** What should be kept of a parsed value. */
function picked(value: Json, keep: Keep): Kept {
  const isNested = typeof value === 'object' && value !== null;
  if (keep === true) return isNested ? null : value;
  if (Array.isArray(value)) return value.filter(isObject).map((element) => picked(element, keep));
  if (isNested) {
    const fields = Object.entries(value).filter(([field]) => Object.hasOwn(keep, field));
    return Object.fromEntries(fields.map(([field, inner]) => [field, picked(inner, keep[field] as Keep)]));
  }
  return typeof value === 'string' && !Object.hasOwn(keep, OR_TEXT) ? null : value;
}

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An element without a kept field may come out empty or not at all. */
function withoutEmptyElements(kept: Kept): Kept {
  if (Array.isArray(kept)) return kept.map(withoutEmptyElements).filter((element) => JSON.stringify(element) !== '{}');
  if (typeof kept !== 'object' || kept === null) return kept;
  return Object.fromEntries(Object.entries(kept).map(([field, inner]) => [field, withoutEmptyElements(inner)]));
}

function scalar(): fc.Arbitrary<Json> {
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...NAMES),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.nat(),
    fc.boolean(),
    fc.constant(null),
  );
}

/** Any JSON value, with the kept names common in it. */
function json(): fc.Arbitrary<Json> {
  const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: fc.string() });
  return fc.letrec<{ value: Json; object: Json; array: Json }>((tie) => ({
    value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, scalar(), tie('object'), tie('array')),
    object: fc.array(fc.tuple(name, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
    array: fc.array(tie('value'), { maxLength: 4 }),
  })).value;
}

type Write = (value: Json) => string;

/** The ways to write one value: spaced or not, with letters or escapes. Names of ASCII letters stay as they are. */
function writing(): fc.Arbitrary<Write> {
  const indent = fc.constantFrom(undefined, 2, '\t', ' \r\n\t');
  return fc.tuple(indent, fc.boolean()).map(([space, escapes]) => (value) => {
    const text = JSON.stringify(value, null, space);
    return escapes ? text.replace(/[^\x20-\x7e\s]/g, escapeOf).replaceAll('/', '\\/') : text;
  });
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function jsonText(): fc.Arbitrary<string> {
  const body = fc.record({ id: scalar(), body: json(), usage: json(), other: json() }, { requiredKeys: [] });
  return fc.tuple(fc.oneof(body, json()), writing()).map(([value, write]) => write(value as Json));
}

function objectText(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.record({ id: scalar(), body: json(), other: json() }), writing())
    .map(([value, write]) => write(value as Json));
}
