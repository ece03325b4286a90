import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createInstanceLog, deathLine } from './instance-log.ts';

const AT = '2026-11-30T16:26:37.000Z\t6a1c\t';

const shown = (...texts: string[]) => shownOf(undefined, ...texts);

function shownOf(who: 'authorizer' | undefined, ...texts: string[]): string[] {
  const lines: string[] = [];
  const log = createInstanceLog((line) => lines.push(...line.split('\n')), who);
  for (const text of texts) log(text, 0);
  return lines.map((line) => line.trimStart());
}

describe('what an instance prints', () => {
  it('comes without time and request, with its number', () => {
    expect(shown(`${AT}INFO\thello\nyou`, `${AT}WARN\tmind`, 'plain')).toEqual([
      '#1 | hello',
      '#1 | you',
      '#1 | WARN mind',
      '#1 | plain',
    ]);
  });

  const frames = [
    `    at count (${resolve('src/server.ts')}:3:9)`,
    '    at async run (file:///root/.cache/serverless-mcp-dev/aws-lambda-ric-4.0.2-ab/index.mjs:1:2)',
    '    at node:internal/process/task_queues:104:5',
    `    at lib (${resolve('node_modules/lib/index.js')}:1:1)`,
    `    at made (file://${resolve('src/made.mjs')}:4:5)`,
  ];

  it.each([
    [
      'AWS’s client',
      JSON.stringify({ errorType: 'TypeError', errorMessage: 'no', stack: ['TypeError: no', ...frames] }),
    ],
    ['the stand-in', ['TypeError: no', ...frames].join('\n')],
  ])('of an error is where it was in the handler’s own files: %s', (_, error) => {
    expect(shown(`${AT}ERROR\tInvoke Error \t${error}`)).toEqual([
      '#1 | ERROR TypeError: no',
      '#1 |     at count (src/server.ts:3:9)',
      '#1 |     at made (src/made.mjs:4:5)',
    ]);
  });

  it.each([
    [
      'AWS’s client',
      (text: string) => JSON.stringify({ errorType: 'Error', errorMessage: text, stack: [`Error: ${text}`] }),
    ],
    ['the stand-in', (text: string) => `Error: ${text}`],
  ])('of a 401 is nothing, which an authorizer throws: %s', (_, error) => {
    const thrown = (text: string) => `${AT}ERROR\tInvoke Error \t${error(text)}`;
    expect(shownOf('authorizer', thrown('Unauthorized'))).toEqual([]);
    expect(shownOf('authorizer', thrown('Unauthorized?'))).toEqual(['authorizer | ERROR Error: Unauthorized?']);
    expect(shown(thrown('Unauthorized'))).toEqual(['#1 | ERROR Error: Unauthorized']);
  });

  it('of an error that nobody caught, which Node prints, has no frames of others either', () => {
    expect(shown('Error: no', ...frames, 'Node.js v24')).toEqual([
      '#1 | Error: no',
      `#1 |     at count (${resolve('src/server.ts')}:3:9)`,
      `#1 |     at made (file://${resolve('src/made.mjs')}:4:5)`,
      '#1 | Node.js v24',
    ]);
  });

  it('of an instance that could not begin is not told twice', () => {
    expect(shown(`${AT}ERROR\tInit Error Error: no settings`, 'Error: no settings', 'Node.js v24')).toEqual([
      '#1 | ERROR Error: no settings',
    ]);
  });
});

it('a death says why', () => {
  const why = {
    errorType: 'Sandbox.Timedout',
    errorMessage: 'RequestId: 1-2 Error: Task timed out after 29.00 seconds',
  };
  expect(deathLine(2, why).trim()).toBe('#3 died: Sandbox.Timedout: Task timed out after 29.00 seconds');
});
