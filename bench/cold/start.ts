// bench/cold/start.ts: one process, timed from its start to its first answer.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atExit } from '../harness/cleanup.ts';
import type { Numbers } from '../harness/contender.ts';
import { profileOptions } from '../harness/profile.ts';

const RUNNER = fileURLToPath(new URL('./runner.mjs', import.meta.url));
const ANSWER = /^ANSWER (.*)$/m;
const TIMEOUT_MS = 60_000;

export interface Start {
  /** URL of the module that exports the handler. */
  bundle: string;
  event: unknown;
  environment: Readonly<Record<string, string>>;
}

export interface Started {
  answer: unknown;
  /** `wallMs`; `cpuMs`, user and system time of all threads; `rssMb`, the peak, in MiB. */
  numbers: Numbers;
}

/** @throws Error with what the process wrote, where it ended without an answer */
export function start({ bundle, event, environment }: Start): Promise<Started> {
  const env = { ...environment, BUNDLE: bundle, EVENT: JSON.stringify(event) };
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, [...profileOptions(), RUNNER], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = () => child.kill('SIGKILL');
    const timer = setTimeout(kill, TIMEOUT_MS);
    const forget = atExit(kill);
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
      forget();
      const found = ANSWER.exec(out)?.[1];
      if (found === undefined) return reject(new Error(`no answer from ${bundle}: ${out.trim().slice(-2_000)}`));
      const { answer, numbers } = JSON.parse(found) as Started;
      resolve({ answer, numbers: { ...numbers, wallMs } });
    });
  });
}
