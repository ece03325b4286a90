/** Headers that API Gateway drops or renames: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */

export type HeaderList = readonly (readonly [name: string, value: string])[];

const names = (text: string) => new Set(text.split(' '));

/** The documentation's table, column Request/lambda. Content-Length too: events of REST APIs come without it. */
const DROPPED_FROM_REQUESTS = names(
  'connection content-length content-md5 expect max-forwards proxy-authenticate server te trailer transfer-encoding upgrade www-authenticate',
);

/** The same table, column Response/lambda. */
const DROPPED_FROM_RESPONSES = names('expect host proxy-authenticate te trailer transfer-encoding upgrade via');

/** The same; and what API Gateway sets itself, as seen in its answers (`x-amzn-remapped-x-amzn-requestid`). */
const RENAMED_IN_RESPONSES = names(
  'authorization connection content-md5 date max-forwards server user-agent www-authenticate x-amz-apigw-id x-amzn-requestid',
);

export function forwardedHeaders(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !DROPPED_FROM_REQUESTS.has(name.toLowerCase()));
}

/**
 * @param streamed the table says Content-Length passes, and so it does in streams
 *   (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html); buffered answers come
 *   with API Gateway's own beside `x-amzn-Remapped-Content-Length`
 */
export function returnedHeaders(headers: HeaderList, streamed: boolean): HeaderList {
  const kept = headers.filter(([name]) => !DROPPED_FROM_RESPONSES.has(name.toLowerCase()));
  const renamed = kept.map(([name, value]): readonly [string, string] => {
    const key = name.toLowerCase();
    const rename = RENAMED_IN_RESPONSES.has(key) || (key === 'content-length' && !streamed);
    return [rename ? `x-amzn-Remapped-${name}` : name, value];
  });
  // "API Gateway includes a Content-Type header for all integration responses."
  const typed = renamed.some(([name]) => name.toLowerCase() === 'content-type');
  return typed ? renamed : [['Content-Type', 'application/json'], ...renamed];
}

export function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.findLast(([other]) => other.toLowerCase() === name)?.[1];
}
