/**
 * For a process that serves many: a rejection that nobody waits for is logged and ends nothing; an exception that nobody caught has
 * left something half done, so it is logged, and the process ends for whoever starts it to start it again.
 */
export function logStrayErrors(log: (message: string) => void): void {
  const told = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('unhandledRejection', (reason) => log(`a stray rejection: ${told(reason)}`));
  process.on('uncaughtException', (error) => {
    log(`an exception that nobody caught ends the server: ${told(error)}`);
    process.exit(1);
  });
}
