import { existsSync, readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

/** The sections of CONTRIBUTING.md that say which files a change touches. */
const recipes = readFileSync('CONTRIBUTING.md', 'utf8')
  .split(/^### /m)
  .slice(1)
  .map((section) => ({
    title: section.slice(0, section.indexOf('\n')),
    files: [...section.matchAll(/`([\w./-]+\/[\w./-]*|server\.json)`/g)].map(([, file]) => file as string),
  }));

/** How each example is written in code and text. */
const EXAMPLES = {
  'Add a price': /jamba-1-5-mini/,
  'Add a tool': /forecast_spend|forecast-spend|forecastSpend/,
  'Add a source': /engines\/athena|engines\/\{athena|athena:|Athena(Engine|OverS3)|athena(Source|Over)\b/,
};

const texts = globSync(['**/*.{ts,tsx,md,py,json,yaml,snap}', '!**/{node_modules,dist}/**']).map((file) => ({
  file,
  text: readFileSync(file, 'utf8'),
}));

/** Made from code, or accepted after reading: nobody writes them. */
const GENERATED =
  /^(README|docs\/(tools|configuration|aws-assumptions))\.md$|^src\/mcp\/listed\.json$|^test\/toolsnaps\/|\.snap$/;

/** They name the examples because they tell of them, or of what was. */
const TELLS = ['CONTRIBUTING.md', 'test/contributing.test.ts', 'test/e2e/deploy-script/template-of-2026-11-30.yaml'];

describe('the changes that CONTRIBUTING.md describes', () => {
  it('are the three', () => {
    expect(recipes.map(({ title }) => title)).toEqual(Object.keys(EXAMPLES));
  });

  it.each(recipes)('$title: names files that exist', ({ files }) => {
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it.each(recipes)('$title: nothing else names the example', ({ title, files }) => {
    const pattern = EXAMPLES[title as keyof typeof EXAMPLES];
    const naming = texts.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
    const told = (file: string) => files.some((one) => file === one || (one.endsWith('/') && file.startsWith(one)));
    expect(naming.length).toBeGreaterThan(2);
    expect(naming.filter((file) => !told(file) && !GENERATED.test(file) && !TELLS.includes(file))).toEqual([]);
  });
});
