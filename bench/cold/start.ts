// bench/cold/start.ts starts one process and stops the clock at its first answer.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNNER = fileURLToPath(new URL('./runner.mjs', import.meta.url));
const ANSWER = /^ANSWER (.*)$/m;
const PATIENCE_MS = 60_000;

export interface Start {
  /** The Node to start. */
  node: string;
  /** URL of the module that exports the handler. */
  bundle: string;
  event: unknown;
  environment: Readonly<Record<string, string>>;
  /** Of Node. */
  options?: readonly string[];
}

export interface Started {
  /** From the start of the process to its answer. */
  wallMs: number;
  /** User and system time of all threads, over the same stretch. */
  cpuMs: number;
  /** Highest resident size, in MiB. */
  rssMb: number;
  answer: unknown;
}

/** @throws Error with what the process wrote, where it ended without an answer */
export function start({ node, bundle, event, environment, options = [] }: Start): Promise<Started> {
  const env = { ...environment, BUNDLE: bundle, EVENT: JSON.stringify(event) };
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(node, [...options, RUNNER], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    let [out, wallMs] = ['', 0];
    const take = (chunk: Buffer) => {
      out += chunk.toString();
      if (wallMs === 0 && ANSWER.test(out)) wallMs = performance.now() - began;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      const found = ANSWER.exec(out);
      if (found) resolve({ wallMs, ...JSON.parse(found[1] ?? '{}') });
      else reject(new Error(`${bundle} ended without an answer: ${out.trim().slice(0, 2_000)}`));
    });
  });
}
