import { expect, it } from 'vitest';
import { accepts } from './accept.ts';

it.each([
  [null, true, true],
  ['', true, true],
  ['*/*', true, true],
  ['*', true, true],
  ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', true, true],
  ['application/json, text/event-stream', true, true],
  ['APPLICATION/JSON , Text/Event-Stream;q=0.5', true, true],
  ['application/json;charset=utf-8,text/event-stream', true, true],
  ['application/*', true, false],
  ['application/json', true, false],
  ['text/*', false, true],
  ['text/event-stream;q=0, */*', true, false],
  ['*/*;q=0, application/json', true, false],
  ['*/*; Q = 0.0', false, false],
  ['text/html', false, false],
  ['application/json-seq, text/event-streams', false, false],
  [',;,=;', false, false],
])('Accept %j takes JSON: %j, event streams: %j', (header, json, events) => {
  expect([accepts(header, 'application/json'), accepts(header, 'text/event-stream')]).toEqual([json, events]);
});
