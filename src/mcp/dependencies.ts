import type { AccessControl } from '../authorization/access-control.ts';
import type { ToolContext } from './define-tool.ts';
import type { OutlivingOptions } from './outliving.ts';

/** What the server works with. Signal, progress and queries come with each call. */
export type ServerDependencies = Omit<ToolContext, 'signal' | 'onProgress' | 'queries'> & {
  access: AccessControl;
  /** What tools answer beside text: the same as data, or nothing. Default: shown. */
  toolData?: 'shown' | 'none' | undefined;
  /** Given where calls can go on as tasks. */
  outliving?: OutlivingOptions | undefined;
  /** Takes what must not be shown to clients. */
  log: (message: string) => void;
};
