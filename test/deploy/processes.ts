// test/deploy/processes.ts: commands that are run, and ended with the tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ended {
  code: number | null;
  /** Both streams, in the order they came. */
  output: string;
  stdout: string;
}

/** @throws where it doesn't end in time */
export async function run(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd: string; withinMs?: number },
): Promise<Ended> {
  const { env, cwd, withinMs = 300_000 } = options;
  const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let [output, stdout] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(child, 'SIGKILL');
  }, withinMs);
  const [code] = (await once(child, 'close').finally(() => clearTimeout(timer))) as [number | null];
  if (late) throw new Error(`${command} ${args.join(' ')} took more than ${withinMs / 1000} s:\n${output}`);
  return { code, output, stdout };
}

/** Like `run`, but for commands that have to succeed. */
export async function mustRun(...[command, args, options]: Parameters<typeof run>): Promise<Ended> {
  const ended = await run(command, args, options);
  if (ended.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${ended.code}:\n${ended.output}`);
  return ended;
}

/** A detached child leads a group of its own, so this reaches what it started too. */
export async function end(child: ChildProcess, graceMs = 5_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  endGroup(child, 'SIGTERM');
  const timer = setTimeout(() => endGroup(child, 'SIGKILL'), graceMs);
  await closed.finally(() => clearTimeout(timer));
  endGroup(child, 'SIGKILL'); // what its children left behind
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
