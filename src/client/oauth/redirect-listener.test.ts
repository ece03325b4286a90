import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listenForRedirect, type RedirectListener, type RedirectListenerOptions } from './redirect-listener.ts';

const listeners: RedirectListener[] = [];

async function listen(options: Partial<RedirectListenerOptions> = {}) {
  const url = new URL('http://127.0.0.1:0/callback');
  const listener = await listenForRedirect({ url, state: 'right', timeoutMs: 20_000, ...options });
  listeners.push(listener);
  return listener;
}

afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

function statusOf(url: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, options, (response) => resolve(response.resume().statusCode as number))
      .once('error', reject)
      .end();
  });
}

describe('the way back from the issuer', () => {
  it('is on loopback, on a port of its own', async () => {
    const [one, other] = [await listen(), await listen()];
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(other.url).not.toBe(one.url);
  });

  it('is on another port when its own is taken, unless it must not be', async () => {
    const { url } = await listen();
    const other = await listen({ url: new URL(url) });
    expect(new URL(other.url).port).not.toBe(new URL(url).port);
    await expect(listen({ url: new URL(url), exactPort: true })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('takes the answer once and says so on a page that loads nothing', async () => {
    const { url, answer } = await listen();
    const response = await fetch(`${url}?state=right&code=one`);
    expect(await response.text()).toContain('You can close this page');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await answer).get('code')).toBe('one');
    await expect(fetch(`${url}?state=right&code=two`)).rejects.toThrow();
  });

  it.each([
    ['another state', '/callback?state=wrong&code=one', {}, 400],
    ['no state', '/callback?code=one', {}, 400],
    ['another path', '/?state=right&code=one', {}, 404],
    ['another method', '/callback?state=right&code=one', { method: 'POST' }, 405],
    ['another host', '/callback?state=right&code=one', { headers: { host: 'page.example' } }, 421],
  ])('refuses %s and waits on', async (_, path, options, status) => {
    const { url, answer } = await listen();
    expect(await statusOf(String(new URL(path, url)), options)).toBe(status);
    expect(await statusOf(`${url}?state=right&code=real`)).toBe(200);
    expect((await answer).get('code')).toBe('real');
  });

  it('ends when nobody comes', async () => {
    const { answer } = await listen({ timeoutMs: 1 });
    await expect(answer).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });

  it('ends when it is cancelled', async () => {
    const { answer } = await listen({ signal: AbortSignal.abort() });
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
