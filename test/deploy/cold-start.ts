// test/deploy/cold-start.ts measures how long each function's bundle takes to load, in a process of its own as in Lambda's
// runtime, beside an empty handler. Run by `npx tsx test/deploy/cold-start.ts [node]`; the numbers are in docs/performance.md.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundles } from '../lib/bundles.ts';

const RUNS = 15;
const node = process.argv[2] ?? process.execPath;
const env = {
  PATH: process.env.PATH,
  TABLE_NAME: 'ledger',
  ATLAS_SECRET_ID: 'atlas/key',
  COLLECT_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/orders',
  EVENT_BUS_NAME: 'ledger',
  AWS_REGION: 'eu-west-1',
  NODE_NO_WARNINGS: '1',
};

/** Whole process, in ms: what Lambda calls Init Duration, and the start of Node with it. */
function once(file: string): number {
  const script = `await import(${JSON.stringify(pathToFileURL(file).href)}); process.exit(0);`;
  const started = process.hrtime.bigint();
  execFileSync(node, ['--input-type=module', '-e', script], { env, stdio: 'ignore' });
  return Number(process.hrtime.bigint() - started) / 1e6;
}

const empty = mkdtempSync(join(tmpdir(), 'restore-ledger-empty-'));
using built = bundles();
try {
  writeFileSync(join(empty, 'index.mjs'), 'export const handler = async () => {};\n');
  const files = Object.entries({ empty, ...built.folders }).map(
    ([name, folder]) => [name, join(folder, 'index.mjs')] as const,
  );
  const times = new Map<string, number[]>(files.map(([name]) => [name, []]));
  for (let run = -1; run < RUNS; run++) {
    // Interleaved, so that a slow moment of the machine meets all alike; the first round warms the disk.
    for (const [name, file] of files) {
      const ms = once(file);
      if (run >= 0) times.get(name)?.push(ms);
    }
  }
  const version = execFileSync(node, ['--version']).toString().trim();
  console.log(`median of ${RUNS}, ms, Node ${version}`);
  for (const [name, all] of times) {
    const sorted = all.sort((a, b) => a - b);
    console.log(
      `${name.padEnd(8)} ${sorted[Math.floor(RUNS / 2)]?.toFixed(0)}  (${sorted[0]?.toFixed(0)} to ${sorted.at(-1)?.toFixed(0)})`,
    );
  }
} finally {
  rmSync(empty, { recursive: true, force: true });
}
