import type { AccessControl } from '../authorization/access-control.ts';
import type { ToolContext } from './define-tool.ts';

/** What the server works with. Signal and progress come with each call. */
export type ServerDependencies = Omit<ToolContext, 'signal' | 'onProgress'> & {
  access: AccessControl;
  /** What tools answer beside text: the same as data, or nothing. Default: shown. */
  toolData?: 'shown' | 'none' | undefined;
  /** Takes what must not be shown to clients. */
  log: (message: string) => void;
};
