import type { Profiles, SecretStore } from '../../client/index.ts';
import type { OpenTarget } from '../target.ts';
import type { Link } from './link.ts';
import type { Screen } from './screen.ts';

/** What commands work with. */
export interface Shell {
  readonly screen: Screen;
  readonly link: Link;
  readonly profiles: Profiles;
  readonly secrets: () => Promise<SecretStore>;
  readonly openTarget: OpenTarget;
  openBrowser(url: string): Promise<void>;
  /** Ends the shell after this command. */
  quit(): void;
}

export interface ShellCommand {
  /** One word, or two where there are several of a kind: `auth login`. */
  name: string;
  /** What follows the name. */
  usage?: string;
  help: string;
  /** Proposals for the word at the cursor. @param before the words between the command's name and the cursor's */
  complete?(current: string, before: readonly string[], shell: Shell): readonly string[] | Promise<readonly string[]>;
  /** @throws SpendError with what to do next */
  run(words: readonly string[], shell: Shell, signal: AbortSignal): Promise<void> | void;
}
