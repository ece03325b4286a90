#!/usr/bin/env node
// Nothing here but what an older Node can read: it is to say what is wrong.
const NEEDED = '22.18';
const [major, minor] = process.versions.node.split('.').map(Number);
const [leastMajor, leastMinor] = NEEDED.split('.').map(Number);

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(`serverless-mcp-dev needs Node ${NEEDED} or newer; this is ${process.versions.node}.`);
  process.exitCode = 1;
} else {
  const { main } = await import('../dist/cli.js');
  process.exitCode = await main(process.argv.slice(2));
}
