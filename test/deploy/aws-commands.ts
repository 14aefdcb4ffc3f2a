// test/deploy/aws-commands.ts: commands of the AWS CLI, which is loaded once for all of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Ended, end } from './processes.ts';

const SERVER = fileURLToPath(new URL('aws_commands.py', import.meta.url));
/** Far above what a command takes. */
const WITHIN_MS = 300_000;

export interface AwsCommands extends AsyncDisposable {
  /** Like `run` of processes.ts. @throws where it doesn't end in time */
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended>;
}

/** @param bin of the CLI's virtual environment @param folder where commands run @throws where it doesn't start */
export async function startAwsCommands(bin: string, folder: string, env: NodeJS.ProcessEnv): Promise<AwsCommands> {
  const path = join(folder, 'aws.sock');
  const server = spawn(join(bin, 'python'), [SERVER, path], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'], // it ends when its standard input does: also where the tests are killed
  });
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`${SERVER} ended with ${code} before it listened`);
  });
  await Promise.race([once(server.stdout, 'data'), ended]);
  ended.catch(() => {}); // from here on it ends where it is told to
  return {
    async run(args, env) {
      const connection = createConnection({ path });
      connection.setTimeout(WITHIN_MS, () =>
        connection.destroy(new Error(`aws ${args.join(' ')} took more than ${WITHIN_MS / 1000} s`)),
      );
      connection.write(`${JSON.stringify({ args, env, cwd: folder })}\n`);
      const answer = await text(connection);
      if (answer === '') throw new Error(`aws ${args.join(' ')} ended without an answer`);
      const { code, stdout, stderr } = JSON.parse(answer) as { code: number; stdout: string; stderr: string };
      return { code, stdout, output: stdout + stderr };
    },
    [Symbol.asyncDispose]: () => end(server),
  };
}
