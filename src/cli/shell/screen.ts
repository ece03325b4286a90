import type { Progress } from '@modelcontextprotocol/client';
import { createProgressBar } from '../progress.ts';
import { cleanJson, cleanText } from '../terminal/clean-text.ts';
import { type Span, styled, textFromSpans } from '../terminal/spans.ts';
import type { ShellInput } from './input.ts';

export const FORMATS = ['text', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** Where the shell writes. Answers go to stdout, everything else to stderr, and nothing reaches either uncleaned. */
export interface Screen {
  readonly interactive: boolean;
  format: Format;
  print(...spans: Span[]): void;
  printJson(value: unknown): void;
  /** Bytes as they are: for images that this program has encoded itself. */
  printBytes(text: string): void;
  note(...spans: Span[]): void;
  progress(progress: Progress): void;
  clearProgress(): void;
  ask: ShellInput['ask'];
}

export interface ScreenOptions {
  input: ShellInput;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  colours: { stdout: boolean; stderr: boolean };
  format: Format;
}

export function createScreen({ input, stdout, stderr, colours, format }: ScreenOptions): Screen {
  const bar = createProgressBar(stderr);
  const write = (stream: NodeJS.WriteStream, text: string) =>
    input.around(() => {
      bar.clear();
      stream.write(text);
    });
  return {
    interactive: input.interactive,
    format,
    print: (...spans) => write(stdout, `${textFromSpans(spans, colours.stdout)}\n`),
    printJson: (value) => write(stdout, `${cleanJson(value)}\n`),
    printBytes: (text) => write(stdout, text),
    note: (...spans) => write(stderr, `${textFromSpans(spans, colours.stderr)}\n`),
    progress: ({ progress, total = 0, message = '' }) =>
      bar.show({ done: progress, total, message: cleanText(message).replaceAll('\n', ' ') }),
    clearProgress: bar.clear,
    ask: (prompt, options) => input.ask(textFromSpans([styled('strong', prompt)], colours.stdout), options),
  };
}
