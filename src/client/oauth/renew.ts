import { auth } from '@modelcontextprotocol/client';
import { SpendError } from '../../domain/errors.ts';
import { authRequest, metadataUrlOf, type OAuthContext } from './context.ts';
import { createFlow } from './flow.ts';
import { alone } from './turn.ts';

/** Renews the access token without the user, unless another process has since `known` was read. @throws SpendError NOT_SIGNED_IN */
export async function renew(context: OAuthContext, known: string | undefined): Promise<void> {
  const { serverUrl, vault, settings } = context;
  await alone(serverUrl.href, async () => {
    const entry = await vault.current();
    if (!entry?.tokens?.refresh_token) throw notSignedIn(serverUrl);
    if (entry.tokens.access_token !== known) return;
    const resourceMetadataUrl = metadataUrlOf(entry);
    const provider = createFlow({
      vault,
      settings,
      redirectUrl: 'http://127.0.0.1/callback',
      state: '',
      resourceMetadataUrl,
      show: () => Promise.reject(notSignedIn(serverUrl)),
    });
    // Registering belongs to a sign-in, where the way back is known.
    if (provider.saveClientInformation) {
      provider.saveClientInformation = () => Promise.reject(notSignedIn(serverUrl));
    }
    await auth(provider, authRequest(context, { resourceMetadataUrl }));
  });
}

export function notSignedIn({ href }: URL): SpendError {
  return new SpendError(
    'NOT_SIGNED_IN',
    `Nobody is signed in for ${href}, or the sign-in has ended. Sign in with "auth login" in "bedrock-spend connect".`,
  );
}
