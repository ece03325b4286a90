import { type Command, InvalidArgumentError, Option } from 'commander';
import { SETTINGS, type SettingName } from '../config.ts';
import { DAY_MS } from '../domain/period.ts';
import { pictureOptions } from './picture.ts';

/** The options that commands share, and how their values are read. */

type Handler = (...parameters: never[]) => Promise<number>;

/** Each command loads its own code, when it runs: none waits for what another one needs. */
export function commandsOf(parent: Command, finish: (exitCode: number) => void) {
  return (name: string, description: string, load: () => Promise<Handler>) =>
    parent
      .command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError('(add --help for examples)')
      .action(async (...parameters) =>
        finish(await ((await load()) as (...all: unknown[]) => Promise<number>)(...parameters)),
      );
}

export type AddCommand = ReturnType<typeof commandsOf>;

export function addSource(command: Command): Command {
  return command
    .addOption(settingOption('source'))
    .addOption(settingOption('prices'))
    .addOption(settingOption('priceList'))
    .addOption(settingOption('ledger'))
    .addOption(settingOption('maxScanUsd'))
    .addOption(settingOption('pseudonyms'))
    .option('--no-ledger', 'read all logs anew and keep nothing');
}

/** Options of the commands that look ahead, or for what is unusual. */
export function addOutlook(command: Command): Command {
  return addSource(command)
    .addOption(urlOption())
    .addOption(quoteOption())
    .addOption(settingOption('timezone'))
    .addOption(new Option('--json', 'print one JSON object'));
}

export function addPeriod(command: Command): Command {
  return addAnswer(command)
    .option('--from <time>', 'first day or instant; default: the first day of the logs')
    .option('--to <time>', 'end, exclusive; default: the end of the last day of the logs');
}

export function addAnswer(command: Command): Command {
  return command
    .addOption(urlOption())
    .option('--where <dim=value>', 'only these; may be repeated', collect, [])
    .addOption(quoteOption())
    .addOption(settingOption('timezone'));
}

export function addPictures(command: Command): Command {
  for (const option of pictureOptions()) command.addOption(option);
  return command;
}

export function settingOption(name: SettingName): Option {
  const { flag, env, help, fallback } = SETTINGS[name] as (typeof SETTINGS)['source'] & { fallback?: string };
  const note = `${help} (${fallback === undefined ? '' : `default: ${fallback}, `}env: ${env})`;
  return new Option(`${flag} <value>`, note);
}

export const urlOption = () =>
  new Option('--url <url>', 'ask the MCP server there, or of that profile; default: answer in this process');
export const quoteOption = () => new Option('--quote', 'say what the question would read and cost, and do not ask it');
export const asOfOption = () =>
  new Option(
    '--as-of <time>',
    'spend before this is known, the rest is forecast; default: now, or the end of the logs',
  );
export const jsonOption = () => new Option('--json', 'print one JSON object').conflicts('csv');
export const csvOption = () => new Option('--csv', 'print comma-separated values');

export function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

export function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('Give a whole number.');
  return number;
}

export function atLeastOne(text: string): number {
  const number = count(text);
  if (number === 0) throw new InvalidArgumentError('Give at least 1.');
  return number;
}

/** Milliseconds of `12h` or `90d`. */
export function lengthOfTime(text: string): number {
  const [, amount, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  if (amount === undefined || Number(amount) === 0) throw new InvalidArgumentError('Give hours or days: 12h, 90d.');
  return Number(amount) * (unit === 'h' ? 3_600_000 : DAY_MS);
}

export function part(text: string): number {
  const number = positiveOrZero(text);
  if (number > 1) throw new InvalidArgumentError('Give a part between 0 and 1, such as 0.8.');
  return number;
}

export function positive(text: string): number {
  const number = positiveOrZero(text);
  if (number === 0) throw new InvalidArgumentError('Give a number above 0, such as 1.2.');
  return number;
}

function positiveOrZero(text: string): number {
  if (!/^(\d+(\.\d+)?|\.\d+)$/.test(text)) throw new InvalidArgumentError('Give a plain decimal number.');
  return Number(text);
}

export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new InvalidArgumentError('Give a JSON object, e.g. \'{"by":["model"]}\'.');
}
