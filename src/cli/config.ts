import { resolve } from 'node:path';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { EXIT } from './exit.ts';
import { type HostSettings, hostSettings, settingsOf } from './host-settings.ts';
import type { Launch } from './hosts/host.ts';
import { HOSTS } from './hosts/index.ts';

interface ConfigOptions {
  source?: string;
  url?: string;
  /** `false` from --no-key. */
  key?: boolean;
  json?: boolean;
}

/** The variable that settings for a server at a URL take the key from. */
const KEY_VARIABLE = 'BEDROCK_SPEND_API_KEY';

export async function runConfig(options: ConfigOptions): Promise<number> {
  const launch = launchFrom(options);
  const settings = hostSettings(launch);
  if (options.json) console.log(JSON.stringify(settings, null, 2));
  else console.log([...settings.map(printed), ...leftOut(launch)].join('\n\n'));
  return EXIT.ok;
}

/** Hosts that cannot be given this, with why. */
function leftOut(launch: Launch): string[] {
  const without = HOSTS.filter((host) => settingsOf(host, launch) === undefined);
  return without.map(({ name, key }) => `# ${name}: ${key}`);
}

function printed({ host, where, text, link }: HostSettings): string {
  return [`# ${host} (${where})`, text, ...(link ? [`# or open ${link}`] : [])].join('\n');
}

function launchFrom({ source, url, key = true }: ConfigOptions): Launch {
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new SpendError(
      'INVALID_ARGUMENT',
      `--url ${url}: write the whole address, such as https://spend.example.com/mcp`,
    );
  if (url !== undefined) return { url, ...(key ? { keyVariable: KEY_VARIABLE } : {}) };
  const given = readSetting('source', source);
  if (given === undefined)
    throw new SpendError(
      'INVALID_ARGUMENT',
      'Say what the server reads (--source ./logs, --source auto, …), or where it runs already (--url).',
    );
  // Hosts start servers in folders of their own. What begins like `s3:` or is `auto` is no path.
  const path = /^([a-z0-9]{2,}:|auto$)/i.test(given) ? given : resolve(given);
  return { command: 'npx', args: ['-y', 'bedrock-spend', 'stdio', '--source', path] };
}
