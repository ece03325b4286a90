/** For ApiKeySource=AUTHORIZER, in front of a server that brings no authorizer of its own. It imports no package: apps have others. */
import { authorizeByKey } from '../src/http/authorizer.ts';

export const handler = authorizeByKey;
