import { createTokenVerifier } from '../authentication/oauth.ts';
import { oauthSettings } from '../config.ts';
import { authorizeByKey, authorizeByToken } from '../http/authorizer.ts';

const oauth = oauthSettings();
export const handler = oauth ? authorizeByToken(createTokenVerifier(oauth)) : authorizeByKey;
