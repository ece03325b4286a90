import { spawn } from 'node:child_process';

/** Longer than a user needs to unlock a keychain; a prompt that nobody sees must not hang the program. */
const TIMEOUT_MS = 60_000;

/** Runs a program with a secret on its stdin, never among its arguments, where every user of the machine could read it. */
export function run(program: string, args: readonly string[], input = ''): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    // A program that does not read its input has closed the pipe; its exit code says what that means.
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
    child.stdin.end(input);
  });
}
