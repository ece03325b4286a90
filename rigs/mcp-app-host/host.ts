import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { AppBridge, getToolUiResourceUri, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

declare global {
  interface Window {
    /** What the page told the model, newest last. */
    told: string[];
    bridge: AppBridge;
  }
}

const asked = new URLSearchParams(location.search);
const one = (name: string) => asked.get(name) ?? '';
window.told = [];

const client = new Client({ name: 'app-host', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(one('server'))));
const { tools } = await client.listTools();
const tool = tools.find(({ name }) => name === one('tool'));
const uri = tool && getToolUiResourceUri(tool);
if (tool === undefined || uri === undefined) throw new Error(`no tool ${one('tool')} with a page`);
const { contents } = await client.readResource({ uri });
const html = contents.map((content) => ('text' in content ? content.text : '')).join('');
const input = JSON.parse(one('input') || '{}') as Record<string, unknown>;

const frame = document.createElement('iframe');
frame.style.cssText = 'width: 100%; height: 300px; border: 1px solid gray';
// Another origin than ours, or the sandbox would be none.
frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
document.body.append(frame);

const hostContext = { theme: one('theme') === 'dark' ? 'dark' : 'light', timeZone: 'Europe/Berlin' } as const;
const capabilities = { serverTools: {}, updateModelContext: { text: {} } };
const bridge = new AppBridge(client, { name: 'app-host', version: '1' }, capabilities, { hostContext });
window.bridge = bridge;
bridge.onsandboxready = () => void bridge.sendSandboxResourceReady({ html, sandbox: 'allow-scripts' });
bridge.onsizechange = ({ height }) => {
  if (height !== undefined) frame.style.height = `${height}px`;
};
bridge.onupdatemodelcontext = async ({ content = [] }) => {
  for (const part of content) if (part.type === 'text') window.told.push(part.text);
  return {};
};
bridge.oninitialized = async () => {
  await bridge.sendToolInput({ arguments: input });
  await bridge.sendToolResult(await client.callTool({ name: tool.name, arguments: input }));
};
const inside = frame.contentWindow as Window;
await bridge.connect(new PostMessageTransport(inside, inside));
frame.src = one('sandbox');
