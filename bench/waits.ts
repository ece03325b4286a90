/**
 * How long two servers let somebody wait who asks them in turns all the time, each over a connection of its own:
 * `node bench/waits.ts URL OTHER-URL`, until it is stopped. Then it prints what it saw.
 */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks, in milliseconds. */
const EVERY_MS = 10;

const waits = process.argv.slice(2).map((url) => ({ url, agent: new Agent({ keepAlive: true }), all: [] as number[] }));
let over = false;
process.once('SIGTERM', () => {
  over = true;
});

function look({ url, agent, all }: (typeof waits)[number]): Promise<void> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().once('end', () => {
        all.push(performance.now() - began);
        resolve();
      });
    }).once('error', reject);
  });
}

async function lookOn(server: (typeof waits)[number]): Promise<void> {
  while (!over) {
    await look(server);
    await sleep(EVERY_MS);
  }
}

await Promise.all(waits.map(lookOn));
const told = waits.map(({ all }) => {
  const sorted = all.sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10;
  return { looks: sorted.length, median: at(0.5), p99: at(0.99), p999: at(0.999), longest: at(1) };
});
console.log(JSON.stringify(told));
process.exit();
