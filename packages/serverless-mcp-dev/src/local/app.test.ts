import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KNOWN_KEYS, readApp } from './app.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'app-toml-'));
  mkdirSync(join(folder, 'src'));
  for (const name of ['handler', 'auth']) writeFileSync(join(folder, `src/${name}.ts`), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const MINIMAL = 'name = "a"\nentry = "src/handler.ts"\n';

function read(text: string, values: Record<string, string> = {}) {
  writeFileSync(join(folder, 'app.toml'), text);
  return readApp(folder, values);
}

describe('app.toml', () => {
  it('says name, entry, memory and environment', () => {
    expect(read(`${MINIMAL}memory_mb = 256\n[environment]\nA = "x"\nB = 2\nC = true\n`)).toEqual({
      name: 'a',
      entry: join(folder, 'src/handler.ts'),
      memoryMb: 256,
      package: 'zip',
      environment: { A: 'x', B: '2', C: 'true' },
    });
  });

  it('names an authorizer, beside it', () => {
    expect(read(`${MINIMAL}authorizer = "src/auth.ts"`)?.authorizer).toBe(join(folder, 'src/auth.ts'));
  });

  it('has parameters, which reach the function where they say so', () => {
    const text = `${MINIMAL}
      [parameters.TableName]
      type = "String"
      default = "notes"
      environment = "NOTES_TABLE"
      [parameters.Quiet]
      default = "yes"`;
    expect(read(text)?.environment).toEqual({ NOTES_TABLE: 'notes' });
    expect(read(text, { TableName: 'other' })?.environment).toEqual({ NOTES_TABLE: 'other' });
  });

  it('may say more, which is for a deployment', () => {
    expect(read(`${MINIMAL}package = "zip"\n[[permissions]]\nactions = []\n[smoke_test]\ntool = "t"`)).toBeDefined();
  });

  it('need not be there', () => {
    rmSync(join(folder, 'app.toml'), { force: true });
    expect(readApp(folder)).toBeUndefined();
    expect(() => readApp(folder, { A: '1' })).toThrow('There is no app.toml here that has the parameter A.');
  });

  it('knows the keys that the deployer knows', () => {
    const [, known = ''] = /^KNOWN = \{(.*?)^\}/ms.exec(readFileSync('deploy/deployer/app.py', 'utf8')) ?? [];
    expect([...known.matchAll(/"(\w+)"/g)].map(([, key]) => key).sort()).toEqual(KNOWN_KEYS);
  });

  it.each<[string, string, Record<string, string>, RegExp]>([
    ['another package', `package = "jar"\n${MINIMAL}`, {}, /package is "zip" or "image"/],
    ['no name', 'entry = "x"', {}, /name and entry must be there/],
    [
      'a key that is unknown',
      `memory = 256\n${MINIMAL}`,
      {},
      /there is no memory; it knows authorizer, entry, .*memory_mb/,
    ],
    ['no TOML', 'name = ', {}, /app\.toml:1:\d+: \S/],
    ['an authorizer that is no file', `${MINIMAL}authorizer = true`, {}, /authorizer names a file; there is none at/],
    ['an entry that is not there', 'name = "a"\nentry = "src"', {}, /entry names a file; there is none at .*src\./],
    ['an environment that is no table', `environment = "x"\n${MINIMAL}`, {}, /environment is a table/],
    ['parameters that are no table', `parameters = 3\n${MINIMAL}`, {}, /parameters is a table/],
    ['a parameter that is no table', `parameters.P = 3\n${MINIMAL}`, {}, /parameters\.P is a table/],
    ['memory that is no number', `memory_mb = "x"\n${MINIMAL}`, {}, /memory_mb is a number/],
    ['an environment that is no text', `${MINIMAL}[environment]\nA = []`, {}, /A is a text, a number or a boolean/],
    ['a parameter that is unknown', MINIMAL, { B: '1' }, /has no parameter B/],
    [
      'one that has no value',
      `${MINIMAL}[parameters.P]\ntype = "String"`,
      {},
      /P has no default: give it with --parameter P=/,
    ],
  ])('is told about with %s', (_, text, values, words) => {
    expect(() => read(text, values)).toThrow(words);
  });
});
