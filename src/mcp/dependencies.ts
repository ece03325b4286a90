import type { Access } from '../access/access.ts';
import type { ToolContext } from './define-tool.ts';

/** What the server works with. Signal and progress come with each call. */
export type ServerDependencies = Omit<ToolContext, 'signal' | 'onProgress'> & {
  access: Access;
  /** Takes what must not be shown to callers. */
  log: (message: string) => void;
};
