import { useEffect, useState } from 'preact/hooks';
import type { ThemeName } from '../../../charts/theme.ts';
import type { Host } from './in-host.ts';

const DARK = matchMedia('(prefers-color-scheme: dark)');

/** The host's, or else the reader's. It is on the document as well, for the style sheet. */
export function useTheme(host: Host | undefined): ThemeName {
  const now = (): ThemeName => host?.context()?.theme ?? (DARK.matches ? 'dark' : 'light');
  const [theme, setTheme] = useState(now);
  useEffect(() => {
    const changed = () => setTheme(now());
    DARK.addEventListener('change', changed);
    host?.onContext(changed);
    return () => DARK.removeEventListener('change', changed);
  }, [host]);
  useEffect(() => {
    document.documentElement.style.colorScheme = theme;
  }, [theme]);
  return theme;
}
