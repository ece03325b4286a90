/** Somebody at a browser: goes where an address leads, signs in, agrees. Returns what the last page says. */
export type Visitor = (address: URL) => Promise<string>;

const LOGIN = { login: 'ada@example.com', password: 'any' };

/** The issuer's pages without a browser: its forms are filled in as a browser would send them. */
export function createHttpVisitor(): Visitor {
  const cookies = new Map<string, string>();

  async function go(address: URL, form?: URLSearchParams): Promise<string> {
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (next) return go(new URL(next, address));
    const page = await response.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    return action ? go(new URL(action, address), fillIn(page)) : page;
  }

  return (address) => go(address);
}

function fillIn(page: string): URLSearchParams {
  const form = new URLSearchParams();
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]+)"/.exec(input)?.[1];
    if (name) form.set(name, LOGIN[name as keyof typeof LOGIN] ?? /value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return form;
}
