import type { Reporter, TestModule } from 'vitest/node';

const SHOWN = 10;

/** Ends the run with the slowest files, what was left out, and the one line that CI reads: `N passed, N failed`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    ).length;
    const count = (state: string) => states.filter((other) => other === state).length;
    if (modules.length > SHOWN) console.log(`\nSlowest files, in seconds:\n${slowest(modules)}`);
    if (!modules.some(({ project }) => project.name === 'system'))
      console.log(
        '\nLeft out: what needs Debian’s packages (a container builder, Chromium, tmux, a keyring) or npm’s registry. As root on Debian, npm run test:system installs them and runs it.',
      );
    console.log(`\n${count('skipped')} skipped`);
    console.log(`${count('passed')} passed, ${count('failed') + broken + errors.length} failed`);
  }
}

function slowest(modules: readonly TestModule[]): string {
  return modules
    .map((module) => ({ file: module.relativeModuleId, seconds: secondsOf(module) }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SHOWN)
    .map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)}  ${file}`)
    .join('\n');
}

/** Loading it and its tests. */
function secondsOf(module: TestModule): number {
  const { collectDuration, duration } = module.diagnostic();
  return (collectDuration + duration) / 1000;
}
