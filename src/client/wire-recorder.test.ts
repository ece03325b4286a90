import { describe, expect, it } from 'vitest';
import { type WireEntry, wireRecorder } from './wire-recorder.ts';

const SECRETS = {
  key: 'planted-key-5f1c',
  bearer: 'planted-bearer-77ab',
  cookie: 'planted-cookie-0c11',
  session: 'planted-session-4be2',
  access: 'planted-access-e901',
  refresh: 'planted-refresh-a3d0',
  code: 'planted-code-99ef',
  verifier: 'planted-verifier-1d2c',
};

function recorder(answer: (request: Request) => Response) {
  const entries: WireEntry[] = [];
  const fetch = wireRecorder(
    async (input, init) => answer(new Request(input, init)),
    (entry) => entries.push(entry),
  );
  return { entries, fetch };
}

const kinds = (entries: readonly WireEntry[]) => entries.map(({ kind }) => kind);

describe('what is recorded', () => {
  it('holds no planted secret, wherever it stood', async () => {
    const { entries, fetch } = recorder(
      () =>
        new Response(
          JSON.stringify({
            access_token: SECRETS.access,
            refresh_token: SECRETS.refresh,
            expires_in: 3600,
            scope: 'spend',
          }),
          {
            headers: {
              'content-type': 'application/json',
              'mcp-session-id': SECRETS.session,
              'set-cookie': `sid=${SECRETS.cookie}; HttpOnly`,
            },
          },
        ),
    );
    const headers = {
      'x-api-key': SECRETS.key,
      authorization: `Bearer ${SECRETS.bearer}`,
      cookie: `sid=${SECRETS.cookie}`,
    };
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code: SECRETS.code,
      code_verifier: SECRETS.verifier,
    });
    await (await fetch('https://auth.example/token', { method: 'POST', headers, body: form })).text();
    const echo = `${Object.values(SECRETS).join(' ')} and plain words`;
    await (
      await fetch(`https://auth.example/mcp?code=${SECRETS.code}`, { method: 'POST', headers, body: echo })
    ).text();

    const text = JSON.stringify(entries);
    expect(Object.values(SECRETS).filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).toContain('grant_type=authorization_code');
    expect(text).toContain('"expires_in":3600');
    expect(text).toContain('and plain words');
  });

  it('shows a session under a tag that is always the same and opens nothing', async () => {
    const { entries, fetch } = recorder(() => new Response('{}', { headers: { 'mcp-session-id': SECRETS.session } }));
    await (await fetch('http://s/mcp')).text();
    await (await fetch('http://s/mcp', { headers: { 'mcp-session-id': SECRETS.session } })).text();
    const tags = new Set(JSON.stringify(entries).match(/session-[0-9a-f]{8}/g));
    expect([...tags]).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain(SECRETS.session);
  });

  it('is one entry for each event of a stream, however it is cut into chunks', async () => {
    const stream = 'id: 1\ndata: {"jsonrpc":"2.0",\ndata: "method":"ping"}\n\n: keep-alive\n\ndata: {"a":1}\n\n';
    const { entries, fetch } = recorder(
      () =>
        new Response(ReadableStream.from([...stream]).pipeThrough(new TextEncoderStream()), {
          headers: { 'content-type': 'text/event-stream' },
        }),
    );
    const passed = await (await fetch('http://s/mcp')).text();
    expect(passed).toBe(stream);
    expect(kinds(entries)).toEqual(['request', 'response', 'event', 'event', 'end']);
    expect(entries[2]).toMatchObject({ id: '1', data: { jsonrpc: '2.0', method: 'ping' } });
  });

  it('says that a stream was cut, and lets the reader know too', async () => {
    const { entries, fetch } = recorder(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.error(new Error(`terminated by ${SECRETS.key}`)),
          }),
        ),
    );
    const response = await fetch('http://s/mcp', { headers: { 'x-api-key': SECRETS.key } });
    await expect(response.text()).rejects.toThrow('terminated');
    expect(entries.at(-1)).toMatchObject({ kind: 'cut', reason: 'Error: terminated by [removed]' });
  });

  it('keeps the codes of errors and counts of tokens', async () => {
    const answer = { error: { code: -32602, message: 'no' }, input_tokens: 12 };
    const { entries, fetch } = recorder(() => Response.json(answer));
    expect(await (await fetch('http://s/mcp')).json()).toEqual(answer);
    expect(entries.at(-1)).toMatchObject({ kind: 'body', body: answer });
  });
});
