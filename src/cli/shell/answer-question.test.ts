import type { ElicitRequestParams } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { answerQuestion } from './answer-question.ts';
import type { Screen } from './screen.ts';

/** A user with answers ready; undefined is Ctrl-C. */
async function answered(question: ElicitRequestParams, answers: (string | undefined)[]) {
  const opened: string[] = [];
  const shown: unknown[] = [];
  const screen = {
    interactive: true,
    clearProgress: () => {},
    note: (...spans: unknown[]) => shown.push(...spans),
    ask: () => Promise.resolve(answers.shift()),
  } as unknown as Screen;
  const openBrowser = async (url: string) => {
    opened.push(url);
  };
  const result = await answerQuestion(question, {
    screen,
    openBrowser,
    server: 's',
    signal: new AbortController().signal,
  });
  return { result, opened, shown: JSON.stringify(shown) };
}

const page = (url: string): ElicitRequestParams => ({ mode: 'url', message: 'Sign in', url, elicitationId: '1' });

describe('a page that a tool wants opened', () => {
  it.each<[string | undefined, string, string[]]>([
    ['y', 'accept', ['https://login.example/x?a=1']],
    ['', 'decline', []],
    ['n', 'decline', []],
    [undefined, 'cancel', []],
  ])('after %j is %s', async (answer, action, pages) => {
    const { result, opened, shown } = await answered(page('https://login.example/x?a=1'), [answer]);
    expect([result.action, opened]).toEqual([action, pages]);
    expect(shown).toContain('login.example');
  });

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'ms-settings:x'])(
    'is declined unasked when it is %s',
    async (url) => {
      const { result, opened } = await answered(page(url), ['y']);
      expect([result.action, opened]).toEqual(['decline', []]);
    },
  );
});

describe('a form', () => {
  const form: ElicitRequestParams = {
    message: 'Which?',
    requestedSchema: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        days: { type: 'array', items: { type: 'string', enum: ['mon', 'tue'] } },
        size: { type: 'string', oneOf: [{ const: 's', title: 'small' }] },
      },
      required: ['name'],
    },
  };

  it('leaves out what is optional and takes several choices', async () => {
    const { result } = await answered(form, ['', 'Ada', 'mon, tue', '', 'yes']);
    expect(result).toEqual({ action: 'accept', content: { name: '', days: ['mon', 'tue'] } });
  });

  it('cannot look like a prompt of the shell', async () => {
    const asked: string[] = [];
    const screen = {
      interactive: true,
      clearProgress: () => {},
      note: (...spans: unknown[]) => asked.push(JSON.stringify(spans)),
      ask: (prompt: string) => {
        asked.push(JSON.stringify(prompt));
        return Promise.resolve('');
      },
    } as unknown as Screen;
    const forged = 'x\rKey (not shown): ';
    const property = { type: 'string' as const, title: forged, description: forged, enum: [forged, 'y'], default: 'y' };
    await answerQuestion(
      { message: forged, requestedSchema: { type: 'object', properties: { property } } },
      { screen, openBrowser: async () => {}, server: 's', signal: new AbortController().signal },
    );
    expect(asked.join('\n')).toMatch(/x\\n {2}Key[\s\S]*x\\n {2}Key[\s\S]*x Key[\s\S]*x Key/);
    expect(asked.join('\n')).not.toMatch(/\\r|\\nKey/);
  });

  it('is not sent when the last look says no', async () => {
    expect((await answered(form, ['Ada', '', '', 'n'])).result).toEqual({ action: 'decline' });
  });
});
