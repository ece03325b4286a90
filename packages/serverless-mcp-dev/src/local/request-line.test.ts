import { describe, expect, it } from 'vitest';
import type { AccessLogEntry } from '../gateway/gateway.ts';
import { REQUEST_HEADING, requestLine, requestName, type Seen } from './request-line.ts';

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function seen(entry: Partial<AccessLogEntry> = {}, more: Partial<Seen> = {}): Seen {
  return {
    entry: {
      requestId: 'r',
      method: 'POST',
      path: '/mcp',
      status: 200,
      outcome: 'complete',
      ms: 12,
      bytes: 345,
      ...entry,
    },
    body: bytes({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'count' } }),
    headers: [['Mcp-Session-Id', '66b0380e-67a7-4c65-bda2-1e4caa75ab5f']],
    answered: [],
    instance: 2,
    at: new Date(2026, 10, 30, 9, 5, 7),
    ...more,
  };
}

describe('the line of a request', () => {
  it('has time, method and tool, session, instance, status, how long and how much', () => {
    expect(`${REQUEST_HEADING}\n${requestLine(seen())}`).toBe(
      [
        'time     request                             session  inst code    took    sent',
        '09:05:07 tools/call count                    66b0380e   #3  200   12 ms   345 B',
      ].join('\n'),
    );
  });

  it('has the session that begins with it', () => {
    const line = requestLine(seen({}, { headers: [], answered: [['mcp-session-id', 'a1b2c3d4e5']] }));
    expect(line).toContain(' a1b2c3d4 ');
  });

  it.each<[string, Partial<AccessLogEntry>, Partial<Seen>, string]>([
    ['no instance', {}, { instance: undefined }, ' -  200 '],
    ['a cut', { outcome: 'cut', reason: 'killed' }, {}, ' cut '],
    ['why it was cut', { outcome: 'cut', reason: 'RequestId: 1-2 Error: killed' }, {}, '\n         cut: killed'],
    ['that the client left', { outcome: 'client-left' }, {}, '\n         the client left;'],
    [
      'the gateway’s own answer',
      { gatewayResponse: 'THROTTLED', reason: 'Usage plan' },
      {},
      "\n         API Gateway's own answer, THROTTLED: Usage plan",
    ],
    ['seconds', { ms: 12_345 }, {}, ' 12 s '],
    ['kilobytes', { bytes: 123_456 }, {}, ' 123 kB'],
    ['megabytes', { bytes: 12_345_678 }, {}, ' 12 MB'],
    ['another path', { path: '/else', method: 'GET' }, {}, 'GET /else'],
  ])('tells of %s', (_, entry, more, text) => {
    expect(requestLine(seen(entry, more))).toContain(text);
  });

  it('fits 80 columns, and cannot move the cursor', () => {
    const name = `${'\u001b[2J'}${'x'.repeat(100)}\n`;
    const line = requestLine(
      seen({ ms: 900_000, bytes: 199e6 }, { body: bytes({ method: 'tools/call', params: { name } }) }),
    );
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).not.toMatch(/\p{C}/u);
    expect(line).toContain('…');
  });
});

describe('what a client asked for', () => {
  it('may be what it missed', () => {
    expect(requestLine(seen({ method: 'GET' }, { headers: [['Last-Event-ID', 'c~1']] }))).toContain(
      'GET (goes on where',
    );
  });

  it.each([
    ['GET', '', 'GET (events outside of calls)'],
    ['DELETE', '', 'DELETE (end of the session)'],
    ['OPTIONS', '', 'OPTIONS'],
    ['POST', '{', 'POST (no JSON)'],
    ['POST', '1', 'POST (no JSON)'],
    ['POST', {}, 'POST (no message)'],
    ['POST', { id: 3, result: {} }, 'response to 3'],
    ['POST', [{}, {}], 'batch of 2'],
    ['POST', { method: 'resources/read', params: { uri: 'a://b' } }, 'resources/read a://b'],
    ['POST', { method: 'tools/call', params: { name: 1 } }, 'tools/call'],
    ['POST', { method: 'ping' }, 'ping'],
  ])('by %s %j is %s', (method, body, name) => {
    expect(requestName(method, bytes(body))).toBe(name);
  });
});
