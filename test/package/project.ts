// A project of someone else's, in a temporary folder, that installs the packed package.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Ended {
  code: number;
  /** Standard output, then standard error. */
  output: string;
}

export class Project implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'restore-ledger-project-')));
    await project.write('package.json', JSON.stringify({ private: true, type: 'module' }));
    return project;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** @param packages names with versions, or paths of packed packages */
  async install(...packages: string[]): Promise<Ended> {
    return this.mustRun('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packages);
  }

  run(command: string, ...args: string[]): Promise<Ended> {
    return this.runWith({}, command, ...args);
  }

  /** Runs a command in the project's folder, without any credentials but those of `variables`. */
  runWith(variables: NodeJS.ProcessEnv, command: string, ...args: string[]): Promise<Ended> {
    const options = { cwd: this.folder, env: environment(variables), maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      execFile(command, args, options, (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`;
        if (error === null) resolve({ code: 0, output });
        else if (typeof error.code === 'number') resolve({ code: error.code, output });
        else reject(error);
      });
    });
  }

  /** Starts a command that runs until it is stopped. */
  start(command: string, ...args: string[]): Server {
    return new Server(
      spawn(command, args, { cwd: this.folder, env: environment({}), stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  }

  async mustRun(command: string, ...args: string[]): Promise<Ended> {
    const ended = await this.run(command, ...args);
    if (ended.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${ended.code}:\n${ended.output}`);
    return ended;
  }

  /** Folders of the copies of a package, wherever npm put them. */
  async copiesOf(name: string): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true });
    return entries
      .filter((path) => path.endsWith(join('node_modules', name, 'package.json')))
      .map((path) => dirname(path));
  }

  /** Of everything that is installed, in bytes; a file with several names counts once. */
  async installedBytes(): Promise<number> {
    const root = join(this.folder, 'node_modules');
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const stats = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
    const sizes = new Map(stats.map(({ ino, size }) => [ino, size]));
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

type ServerProcess = ChildProcessByStdio<null, Readable, null>;

export class Server {
  readonly #process: ServerProcess;

  constructor(process: ServerProcess) {
    this.#process = process;
  }

  /** The variables of the first lines of the form `export NAME=value`. */
  async exports(count: number): Promise<Record<string, string>> {
    const variables: Record<string, string> = {};
    for await (const line of createInterface(this.#process.stdout)) {
      const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) variables[name] = value;
      if (Object.keys(variables).length === count) return variables;
    }
    throw new Error(`it ended after ${Object.keys(variables).length} of ${count} variables`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill();
    await once(this.#process, 'exit');
  }
}

/** What npm needs to find its registry and its cache, and no credentials of AWS or Atlas. */
const PASSED =
  /^(PATH|HOME|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|npm_config_(registry|cache|userconfig|proxy|https_proxy|cafile))$/i;

function environment(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED.test(name))), ...variables };
}
