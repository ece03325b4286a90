import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { ServerlessMcp } from '../serverless/index.ts';

/** Request headers a browser client sends; MCP-Param-* cannot be listed, so those named by our tools would have to be. */
const REQUEST_HEADERS = [
  'content-type',
  'accept',
  'authorization',
  'x-api-key',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
];

/**
 * The HTTP application: `/mcp` and `/healthz`. It believes only requests whose Host and, if sent, Origin name this machine, so
 * that a web page cannot reach it through a name of its own (DNS rebinding).
 */
export function createApp(mcp: ServerlessMcp): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const request = context.req.raw;
    const refused =
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins());
    if (refused) return refused;
    return next();
  });
  app.use(
    '/mcp',
    cors({
      origin: (origin) => origin,
      allowHeaders: REQUEST_HEADERS,
      exposeHeaders: ['mcp-session-id', 'www-authenticate'],
      allowMethods: ['GET', 'POST', 'DELETE'],
    }),
  );
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.all('/mcp', (context) => mcp.fetch(context.req.raw));
  app.notFound((context) => context.json({ error: 'Not found. The MCP endpoint is /mcp.' }, 404));
  return app;
}
