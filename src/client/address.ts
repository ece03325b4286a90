import { SpendError } from '../domain/errors.ts';
import type { ConnectOptions } from './options.ts';

/** @throws SpendError INVALID_ARGUMENT for what is no web address, and for secrets that others could read on the way */
export function checkAddress(url: string | URL, { apiKey, session }: ConnectOptions): URL {
  const address = URL.parse(String(url));
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new SpendError(
      'INVALID_ARGUMENT',
      `"${url}" is no address of an MCP server. Give one such as https://HOST/mcp.`,
    );
  if (address.username || address.password)
    throw new SpendError('INVALID_ARGUMENT', 'An address must not hold a password: give a key in a profile instead.');
  if ((apiKey !== undefined || session !== undefined) && address.protocol === 'http:' && !isLoopback(address))
    throw new SpendError(
      'INVALID_ARGUMENT',
      `${address.origin}: a key or token is sent only over https, or to this machine.`,
    );
  return address;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
