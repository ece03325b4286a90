import type { Format, Host, Launch } from './hosts/host.ts';
import { HOSTS } from './hosts/index.ts';
import { WRITE } from './hosts/write.ts';

/** Something to paste, and where. */
export interface HostSettings {
  host: string;
  /** A file, or `terminal`. */
  where: string;
  format: Format;
  text: string;
  /** Opens the host with these settings. */
  link?: string;
}

/** Ready-to-paste settings for each host. A key is never in them: they name the variable that holds it, as each host writes that. */
export function hostSettings(launch: Launch): HostSettings[] {
  return HOSTS.flatMap((host) => settingsOf(host, launch) ?? []);
}

export function settingsOf(host: Host, launch: Launch): HostSettings | undefined {
  const link = host.link?.(launch);
  const common = { host: host.name, ...(link && { link }) };
  const command = host.command?.(launch);
  if (command !== undefined) return { ...common, where: 'terminal', format: 'shell', text: command };
  const settings = host.settings(launch);
  if (settings === undefined) return undefined;
  return { ...common, where: host.file, format: host.format, text: WRITE[host.format](settings) };
}
