import { afterEach, beforeEach } from 'vitest';

/** What tests plant where it must not come out again. */
const SECRET = /planted-\w+-\w+|do-not-leak/;

/** In every test: a log line with a planted secret fails it. */
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
const originals = methods.map((method) => console[method]);
let leaked: string | undefined;

beforeEach(() => {
  leaked = undefined;
  methods.forEach((method, index) => {
    console[method] = (...parts: unknown[]) => {
      const line = parts.map(String).join(' ');
      if (SECRET.test(line)) leaked = line;
      originals[index]?.(...parts);
    };
  });
});

afterEach(() => {
  methods.forEach((method, index) => {
    console[method] = originals[index] as typeof console.log;
  });
  if (leaked) throw new Error(`a planted secret was logged: ${leaked.replace(SECRET, '…')}`);
});
