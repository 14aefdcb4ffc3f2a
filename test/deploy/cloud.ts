// test/deploy/cloud.ts: AWS on this machine: MiniStack in a venv, with IAM switched on, and the tools that talk to it.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAwsCommands } from './aws-commands.ts';
import { eventually } from './eventually.ts';
import { type Ended, end, mustRun } from './processes.ts';
import { venv } from './venv.ts';

export const REGION = 'us-east-1';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const REQUIREMENTS = join(HERE, 'requirements.txt');

export interface Credentials {
  AWS_ACCESS_KEY_ID: string;
  AWS_SECRET_ACCESS_KEY: string;
}

export interface Cloud extends AsyncDisposable {
  readonly port: number;
  /** Of the AWS CLI. */
  readonly bin: string;
  /** A folder that goes with the cloud. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Everything that MiniStack has printed. */
  log(): string;
  /** The AWS CLI; what it prints as JSON. @throws where it fails */
  aws<T = unknown>(...args: string[]): Promise<T>;
  /** The AWS CLI, failures included. */
  tryAws(...args: string[]): Promise<Ended>;
  /** The same, as somebody else. */
  tryAsUser(credentials: Credentials, ...args: string[]): Promise<Ended>;
  /** The CDK CLI on this app. @throws where it fails */
  cdk(...args: string[]): Promise<string>;
  /** The same cloud, as the owner of another account. @param id 12 digits */
  inAccount(id: string): Cloud;
}

/** @throws where python3 is missing, and says what to install */
export async function startCloud(): Promise<Cloud> {
  const folder = mkdtempSync(join(tmpdir(), 'restore-ledger-deploy-'));
  const env = isolated(folder);
  const bin = await venv({ name: 'deploy', requirements: REQUIREMENTS, env });
  const port = await freePort();
  Object.assign(env, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });

  const commands = await startAwsCommands(bin, folder, env);
  const logFile = join(folder, 'ministack.log');
  const emulator = spawn(join(bin, 'python'), [join(HERE, 'emulator.py')], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'], // it ends when its standard input does: also where the tests are killed
    env: { ...env, AUTH: 'true', BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), IOT_MTLS_ENABLED: 'false' },
  });
  const written = createWriteStream(logFile);
  emulator.stdout.pipe(written);
  emulator.stderr.pipe(written);
  const log = () => readFileSync(logFile, 'utf8');
  const dispose = async () => {
    await commands[Symbol.asyncDispose]();
    await end(emulator);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  // The endpoint is also said to each command: this version of the CLI takes no notice of AWS_ENDPOINT_URL for SQS.
  const always = ['--endpoint-url', env.AWS_ENDPOINT_URL ?? '', '--output', 'json'];
  const as = (who: NodeJS.ProcessEnv, args: string[]) => commands.run([...args, ...always], { ...env, ...who });
  const cloudOf = (owner: NodeJS.ProcessEnv): Cloud => ({
    port,
    bin,
    folder,
    env: { ...env, ...owner },
    log,
    tryAws: (...args) => as(owner, args),
    tryAsUser: ({ ...credentials }, ...args) => as(credentials, args),
    async aws<T>(...args: string[]) {
      const { code, output, stdout } = await as(owner, args);
      if (code !== 0) throw new Error(`aws ${args.join(' ')} ended with ${code}:\n${output}`);
      return (stdout.trim() === '' ? undefined : JSON.parse(stdout)) as T;
    },
    async cdk(...args) {
      const cdkBin = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
      const assembly = ['--output', join(folder, 'cdk.out'), '--no-notices'];
      return (await mustRun(process.execPath, [cdkBin, ...args, ...assembly], { env: { ...env, ...owner }, cwd: ROOT }))
        .output;
    },
    inAccount: (id) => cloudOf({ AWS_ACCESS_KEY_ID: id }), // as MiniStack knows the owner of an account
    [Symbol.asyncDispose]: dispose,
  });
  const cloud = cloudOf({});
  try {
    await eventually('MiniStack answers', async () => {
      if (emulator.exitCode !== null) throw new Error(log());
      return (await fetch(`${env.AWS_ENDPOINT_URL}/_ministack/health`)).ok;
    });
  } catch (error) {
    await dispose();
    throw error;
  }
  return cloud;
}

/** Nothing of whoever runs this: no profile, no credentials, no region of theirs. */
function isolated(folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|CDK_|MONGODB_ATLAS_|VITEST|NODE_OPTIONS)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    TMPDIR: folder,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_CONFIG_FILE: join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
    AWS_PAGER: '',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
