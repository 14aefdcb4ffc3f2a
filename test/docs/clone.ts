// test/docs/clone.ts: a fresh clone to paste commands into, without AWS or an Atlas account.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PACKAGE_DIR } from '../cli/command-line.ts';

/** Not what a clone has, or not for it to write to. */
const LEFT_OUT = new Set(['.git', '.ledger', 'cdk.out', 'template.out', 'dist']);

/**
 * `npm ci` compares package.json and the lock file, and installs nothing; `npm test` runs one short file. What would reach
 * AWS is written to calls.log, and answered from outputs/.
 */
const STAND_INS = {
  npm: `case "$1" in
  ci) cd "$STAND_INS/lock" && PATH="$REAL_PATH" exec npm ci --dry-run --offline --silent ;;
  test) cd "${PACKAGE_DIR}" && PATH="$REAL_PATH" exec npm --silent test -- --project main test/platform/clock.test.ts ;;
  *) PATH="$REAL_PATH" exec npm "$@" ;;
esac`,
  npx: `printf '%s\\037' npx "$@" >> "$STAND_INS/calls.log"; echo >> "$STAND_INS/calls.log"`,
  aws: `printf '%s\\037' aws "$@" >> "$STAND_INS/calls.log"; echo >> "$STAND_INS/calls.log"
case "$*" in
  *"OutputKey=='"*) name="\${*#*OutputKey==\\'}"; name="\${name%%\\'*}"
    cat "$STAND_INS/outputs/$name" 2>/dev/null || echo "the-$name" ;;
esac`,
};

const has = (command: string) => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
/** `npm test` needs Node alone: where there is no bash or curl, what is pasted is skipped, and says so. */
export const canPaste = has('bash') && has('curl');

export interface Pasted {
  stdout: string;
  stderr: string;
  /** Commands that ended with another code than 0. */
  failed: { code: number; command: string }[];
}

export interface Started extends AsyncDisposable {
  said: RegExpExecArray;
  stop(): Promise<void>;
}

export class Clone implements AsyncDisposable {
  readonly dir: string;
  readonly #standIns: string;
  readonly #env: Record<string, string>;
  readonly #running = new Set<ChildProcess>();

  private constructor(dir: string) {
    this.dir = join(dir, 'clone');
    this.#standIns = join(dir, 'stand-ins');
    const { PATH = '', HOME = '' } = process.env;
    this.#env = {
      PATH: [this.#standIns, PATH].join(delimiter),
      REAL_PATH: PATH,
      STAND_INS: this.#standIns,
      HOME,
    };
  }

  /** @param standIns scripts by the name of what they stand in for */
  static async open(standIns: Readonly<Record<string, string>> = STAND_INS): Promise<Clone> {
    const dir = await mkdtemp(join(tmpdir(), 'restore-ledger-clone-'));
    const clone = new Clone(dir);
    await mkdir(clone.dir);
    for (const name of await readdir(PACKAGE_DIR))
      if (!LEFT_OUT.has(name)) await symlink(join(PACKAGE_DIR, name), join(clone.dir, name));
    await mkdir(join(clone.#standIns, 'lock'), { recursive: true });
    await mkdir(join(clone.#standIns, 'outputs'));
    for (const name of ['package.json', 'package-lock.json'])
      await copyFile(join(PACKAGE_DIR, name), join(clone.#standIns, 'lock', name));
    for (const [name, script] of Object.entries(standIns))
      await writeFile(join(clone.#standIns, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return clone;
  }

  /** What `aws cloudformation describe-stacks` says; of others it says `the-NAME`. */
  setOutput(name: string, value: string): Promise<void> {
    return writeFile(join(this.#standIns, 'outputs', name), `${value}\n`);
  }

  /** Of `aws` and `npx`: name and arguments. */
  async calls(): Promise<string[][]> {
    const log = await readFile(join(this.#standIns, 'calls.log'), 'utf8');
    return log
      .split('\x1f\n')
      .slice(0, -1)
      .map((call) => call.split('\x1f'));
  }

  /** Runs a block to its end. A variable that nobody has set is an error. */
  async paste(block: string, { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {}) {
    const failed = `trap 'echo "$? $BASH_COMMAND" >&3' ERR`;
    const child = this.#spawn(`set -uE -o pipefail\n${failed}\n${block}\nexit 0`, env);
    child.stdin?.on('error', () => {}); // it may end without reading it
    child.stdin?.end(input);
    const [stdout, stderr, failures] = [1, 2, 3].map((fd) => textOf(child, fd));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`ended with ${code}\n${await stdout}\n${await stderr}`);
    const pasted: Pasted = {
      stdout: (await stdout) ?? '',
      stderr: (await stderr) ?? '',
      failed: [...((await failures) ?? '').matchAll(/^(\d+) (.*)$/gm)].map(([, exitCode, command = '']) => ({
        code: Number(exitCode),
        command,
      })),
    };
    return pasted;
  }

  /** Starts what goes on until Ctrl-C, and waits until it says something. */
  async start(command: string, until: RegExp, env: Record<string, string> = {}): Promise<Started> {
    const child = this.#spawn(command, env);
    this.#running.add(child);
    const stop = async () => {
      this.#running.delete(child);
      await endGroup(child);
    };
    const said = await new Promise<RegExpExecArray>((resolve, reject) => {
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (part: Buffer) => {
          text += part.toString();
          const found = until.exec(text);
          if (found) resolve(found);
        });
      child.once('close', () => reject(new Error(`ended before it said ${until}\n${text}`)));
    });
    return { said, stop, [Symbol.asyncDispose]: stop };
  }

  #spawn(script: string, env: Record<string, string>): ChildProcess {
    return spawn('bash', ['--norc', '--noprofile', '-c', script], {
      cwd: this.dir,
      env: { ...this.#env, ...env },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that it ends with all that it started
    });
  }

  async [Symbol.asyncDispose]() {
    await Promise.all([...this.#running].map(endGroup));
    await rm(join(this.dir, '..'), { recursive: true, force: true });
  }
}

async function textOf(child: ChildProcess, fd: number): Promise<string> {
  let text = '';
  const stream = child.stdio[fd];
  if (stream && 'read' in stream) for await (const part of stream) text += part.toString();
  return text;
}

function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return Promise.resolve();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  process.kill(-child.pid, 'SIGKILL');
  return ended;
}
