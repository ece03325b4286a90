/// <reference types="node" preserve="true" />
export {
  type FunctionOptions,
  InvokeError,
  type LambdaFunction,
  startFunction,
} from './function/function.ts';
export type { InstanceInfo, InstanceState } from './function/instance.ts';
export { FunctionError } from './function/output.ts';
export { ensureLoader, ensureRic, type Ric } from './function/ric.ts';
export { type Authorizer, type AuthorizerResponse, asAuthorizer } from './gateway/authorizer.ts';
export { type AccessLogEntry, type Gateway, type GatewayOptions, startGateway } from './gateway/gateway.ts';
export type { AuthorizerEvent, ProxyEvent } from './gateway/proxy-event.ts';
export { type LocalDynamoDB, startDynamoDB } from './local/dynamodb.ts';
export { type LocalLambda, type LocalLambdaOptions, startLocalLambda } from './local/start.ts';
export { type Server, startServer } from './server.ts';
