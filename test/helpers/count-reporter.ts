import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with the one line that CI reads: `N passed, N failed`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    ).length;
    const count = (state: string) => states.filter((other) => other === state).length;
    console.log(`\n${count('skipped')} skipped`);
    console.log(`${count('passed')} passed, ${count('failed') + broken + errors.length} failed`);
  }
}
