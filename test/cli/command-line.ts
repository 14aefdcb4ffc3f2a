// test/cli/command-line.ts: the command line as a process, with all of its output.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { AtlasSimulator } from '../../local/atlas/server.ts';

export const PACKAGE_DIR = fileURLToPath(new URL('../..', import.meta.url));
/** What users run; it starts by way of tsx. */
export const EXECUTABLE = join(PACKAGE_DIR, 'bin/restore-ledger');
/** A wait that ends in a failure, in ms: far above what anything here takes on a busy machine. */
const BOUND_MS = 150_000;

/** On Node 20 the AWS SDK warns once a process that it will need 22. Only here is it left out, so that tests on Node 20 and 24 expect the same. */
const SDK_WARNING = /\(node:\d+\) Warning: NodeVersionSupportWarning[\s\S]*?\n\(Use `node --trace-warnings[^\n]*\n/;

export interface Ended {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export class Running {
  readonly #child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`did not end\n${this.stdout}\n${this.stderr}`));
      }, BOUND_MS);
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve({ code, stdout: this.stdout, stderr: this.stderr.replace(SDK_WARNING, '') });
      });
    });
    this.ended.catch(() => {});
  }

  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL') {
    this.#child.kill(name);
  }

  /** Resolves when something is true of it, such as what it has said so far. */
  async until(isTrue: (running: this) => boolean | Promise<boolean>): Promise<void> {
    for (const endsAt = Date.now() + BOUND_MS; !(await isTrue(this)); ) {
      if (Date.now() > endsAt || this.#child.exitCode !== null) {
        throw new Error(`it never came to that\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A directory of its own to work in, and an environment without anybody's credentials. */
export class CommandLine implements AsyncDisposable {
  readonly dir: string;
  readonly env: Record<string, string>;
  /** All that was ever said, for finding secrets in it. */
  said = '';

  private constructor(dir: string, env: Record<string, string>) {
    this.dir = dir;
    this.env = env;
  }

  static async open(env: Record<string, string> = {}): Promise<CommandLine> {
    const { PATH = '', HOME = '' } = process.env;
    const dir = await mkdtemp(join(tmpdir(), 'restore-ledger-'));
    // Nor anybody's profiles.
    return new CommandLine(dir, { PATH, HOME, XDG_CONFIG_HOME: dir, AWS_EC2_METADATA_DISABLED: 'true', ...env });
  }

  start(
    args: readonly string[],
    { env = {}, command = inject('commandLine') }: { env?: Record<string, string>; command?: string } = {},
  ): Running {
    const child = spawn(command, args, {
      cwd: this.dir,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const running = new Running(child);
    void running.ended.then(({ stdout, stderr }) => {
      this.said += stdout + stderr;
    });
    return running;
  }

  run(args: readonly string[], options: { env?: Record<string, string>; command?: string } = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  [Symbol.asyncDispose]() {
    return rm(this.dir, { recursive: true, force: true });
  }
}

/** What a person would paste. */
export const accessTo = ({ url, apiKey }: AtlasSimulator) => ({
  MONGODB_ATLAS_BASE_URL: url,
  MONGODB_ATLAS_PUBLIC_API_KEY: apiKey.publicKey,
  MONGODB_ATLAS_PRIVATE_API_KEY: apiKey.privateKey,
});

/** Nothing but lines of what is noteworthy, if that, and at most one of what a first reading found. */
export const NOTEWORTHY =
  /^((info {4}|warning |critical) {2}(Restore Finding|Restore Drill Overdue|Project Not Visible|Collector Run Incomplete) {2}\S.*\n)*((info {4}|warning ) {2}First reading: \S.*\n)?$/;

/** `name   value` lines of a summary. */
export const valuesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^(\S.*?) {2,}(\S.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
