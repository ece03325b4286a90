import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { globSync } from 'tinyglobby';

const BUILT = 'dist/cli.js';
const SOURCES = [
  ...['{src,packages/*/src}/**/*', 'deploy/{deploy.py,authorizer.ts,deployer/*}'],
  ...['scripts/{bundle,pack}*.ts', 'package-lock.json', 'tsconfig*.json'],
];

/** Many tests run the built command. `npm ci` has just built it; who has changed a source since builds it again. */
export default function setup(): void {
  const changedAt = Math.max(...globSync(SOURCES).map((file) => statSync(file).mtimeMs));
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs >= changedAt) return;
  console.log('The sources are newer than what was built of them: npm run build');
  execFileSync('npm', ['run', 'build'], { stdio: 'inherit' });
}
