#!/usr/bin/env node
// Plain JavaScript of an older kind, so that an old Node gets to the line that says it is too old.
const [major] = process.versions.node.split('.').map(Number);
if (major < 22) {
  console.error(
    `bedrock-spend needs Node.js 22 or newer; this is ${process.versions.node}. Install it from https://nodejs.org, or run: npx -p node@24 -p bedrock-spend bedrock-spend`,
  );
  process.exitCode = 1;
} else {
  await import('../dist/cli.js');
}
