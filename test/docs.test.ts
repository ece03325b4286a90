import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { generatedDocs } from '../scripts/make-docs.ts';
import { buildProgram } from '../src/cli/program.ts';
import { SHELL_COMMANDS } from '../src/cli/shell/commands/index.ts';
import { docUrl } from '../src/domain/doc-url.ts';
import { RECORD_FIELDS } from '../src/logs/record.ts';

const documents = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'packages/*/*.md', 'examples/*/*.md']);

/** As GitHub names them in links. */
const headingsOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the documentation', () => {
  it('has the generated parts that the code gives (node scripts/make-docs.ts)', async () => {
    const generated = await generatedDocs();
    expect(Object.keys(generated).length).toBeGreaterThan(3);
    expect(Object.fromEntries(Object.keys(generated).map((file) => [file, readFileSync(file, 'utf8')]))).toEqual(
      generated,
    );
  });

  it('links only to files that exist', () => {
    const links = documents.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => ({
        file,
        target: target as string,
      })),
    );
    expect(links.length).toBeGreaterThan(10);
    const broken = links.filter(
      ({ file, target }) => globSync(new URL(target, `file:///${file}`).pathname.slice(1)).length === 0,
    );
    expect(broken).toEqual([]);
  });

  it('links only to headings that exist', () => {
    const anchors = documents.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].map(([, target, anchor]) => ({
        page: target === '' ? file : join(dirname(file), target as string),
        anchor,
      })),
    );
    expect(anchors.length).toBeGreaterThan(10);
    expect(anchors.filter(({ page, anchor }) => !headingsOf(page).includes(`${anchor}`))).toEqual([]);
  });

  it('names every command in the changelog', () => {
    const commands = buildProgram(() => {}).commands;
    expect(commands.map((command) => command.name())).toEqual([
      'breakdown',
      'over-time',
      'report',
      'anomalies',
      'forecast',
      'check-budget',
      'expensive',
      'explain',
      'simulate',
      'caching',
      'waste',
      'prices',
      'doctor',
      'reconcile',
      'export-focus',
      'call',
      'connect',
      'profiles',
      'serve',
      'keys',
      'stdio',
      'config',
      'demo',
    ]);
    const changelog = readFileSync('CHANGELOG.md', 'utf8');
    expect(commands.filter((command) => !changelog.includes(`\`${command.name()}\``))).toEqual([]);
  });

  it.each(['shell-http.txt', 'shell-lambda.txt'])('shows every command of the shell at work in %s', (file) => {
    const transcript = readFileSync(`docs/transcripts/${file}`, 'utf8');
    const used = [...transcript.matchAll(/^\S.*?> (.+)$/gm)].map(([, line]) => line as string);
    expect(SHELL_COMMANDS.filter(({ name }) => !used.some((line) => `${line} `.startsWith(`${name} `)))).toEqual([]);
  });

  it('is named by messages as a URL, which goes for who has only the package, of a page that exists', () => {
    const sources = globSync('{src,packages/*/src}/**/*.{ts,tsx}', { ignore: '**/*.test.ts' });
    const texts = sources.map((file) => readFileSync(file, 'utf8'));
    const pages = texts.flatMap((text) => [...text.matchAll(/docUrl\('([^'#]+)/g)].map(([, page]) => page as string));
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.filter((page) => !existsSync(`docs/${page}`))).toEqual([]);
    expect(docUrl('')).toBe(packageJson.repository.url.replace(/^git\+(.*)\.git$/, '$1/blob/main/docs/'));
    // Comments are for who has the repository, and a link's text comes with its target.
    const code = texts.flatMap((text) => text.split('\n').filter((line) => !/^\s*(\/\/|\/?\*)/.test(line)));
    expect(
      code.filter((line) => /(docs\/[\w/-]*|README|CONTRIBUTING|CHANGELOG|ARCHITECTURE)\.md(?!\])/.test(line)),
    ).toEqual([]);
  });

  it('keeps prompt and answer text out of what is read', () => {
    const fields = (keep: object): string[] =>
      Object.entries(keep).flatMap(([name, inner]) => (inner === true ? [name] : [name, ...fields(inner)]));
    const forbidden = [
      'text',
      'content',
      'messages',
      'prompt',
      'completion',
      'outputText',
      'inputText',
      'generation',
      'system',
      'tools',
      'choices',
      'trace',
    ];
    expect(fields(RECORD_FIELDS).filter((field) => forbidden.includes(field))).toEqual([]);
  });
});
