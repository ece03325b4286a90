import type { AccessControl } from '../authorization/access-control.ts';
import type { ScanBudget, Work } from '../engines/engine.ts';
import type { ToolContext } from './define-tool.ts';
import type { OutlivingOptions } from './outliving.ts';

/** What the server works with; the work itself comes with each call. */
export type ServerDependencies = Omit<ToolContext, keyof Work> & {
  access: AccessControl;
  /** What one question of a client may spend on scans; undefined: nobody counts. */
  budgetFor?: ((principal: string | undefined) => ScanBudget) | undefined;
  /** What tools answer beside text: the same as data, or nothing. Default: shown. */
  toolData?: 'shown' | 'none' | undefined;
  /** Given where calls can go on as tasks. */
  outliving?: OutlivingOptions | undefined;
  /** Takes what must not be shown to clients. */
  log: (message: string) => void;
};
