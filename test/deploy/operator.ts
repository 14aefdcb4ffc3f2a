// test/deploy/operator.ts: a clone in which an operator pastes what the documents say, with the real commands.
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { listen } from '../../local/listen.ts';
import { PACKAGE_DIR } from '../cli/command-line.ts';
import { type SignatureFront, startSignatureFront } from '../cli/remote/signature-front.ts';
import { Clone, type Pasted } from '../docs/clone.ts';
import type { Cloud } from './cloud.ts';
import { Deployment } from './deployment.ts';

/**
 * The real commands, told where this cloud is. MiniStack has neither of the operations that go to the recorder, and no
 * StackSets: of commands that need them, the AWS CLI checks the parameters.
 */
const COMMANDS = {
  npx: `[ -z "\${PARSED_ONLY:-}" ] || exit 0
shift; case "$1" in deploy) set -- "$@" --require-approval never ;; esac
exec "$NODE" "$REPOSITORY/node_modules/aws-cdk/bin/cdk" "$@" --no-notices --output "$CDK_OUTPUT"`,
  aws: `endpoint="$AWS_ENDPOINT_URL"
case "$2" in
start-message-move-task | list-message-move-tasks) endpoint="$RECORDER" ;;
*-stack-set | *-stack-instances | activate-organizations-access) exec "$REAL_AWS" "$@" --generate-cli-skeleton output ;;
esac
case "\${PARSED_ONLY:-} $1" in "yes dynamodb" | "yes kms") endpoint="$RECORDER" ;; esac
said=$("$REAL_AWS" "$@" --endpoint-url "$endpoint") || exit $?
printf '%s\\n' "$said" | sed "s#https\\{0,1\\}://[a-z0-9]*\\.execute-api\\.[a-z0-9.:-]*#$FRONT#"`,
  'restore-ledger': `case "$*" in *--api*) set -- "$@" --api-auth iam ;; esac
exec "$NODE" "$REPOSITORY/bin/restore-ledger" "$@"`,
};

/** To every operation that is recorded: each reads what is its own. */
const RECORDER_ANSWERS = {
  TaskHandle: 'handle',
  Results: [],
  Table: { TableStatus: 'ACTIVE', LatestStreamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/restored/stream/1' },
  KeyMetadata: { KeyId: 'key', Arn: 'arn:aws:kms:us-east-1:000000000000:key/key' },
};

export class Operator implements AsyncDisposable {
  readonly ledger: Deployment;
  readonly front: SignatureFront;
  /** What was sent that MiniStack does not have: operations, with their parameters. */
  readonly recorded: { operation: string; parameters: unknown }[] = [];
  readonly #clone: Clone;
  readonly #recorder = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    this.recorded.push({ operation: String(request.headers['x-amz-target']), parameters: JSON.parse(body) });
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(RECORDER_ANSWERS));
  });
  #env: Record<string, string> = {};

  private constructor(ledger: Deployment, front: SignatureFront, clone: Clone) {
    this.ledger = ledger;
    this.front = front;
    this.#clone = clone;
  }

  /** @param settings of the stack that will be deployed */
  static async start(cloud: Cloud, settings: Readonly<Record<string, unknown>>): Promise<Operator> {
    const ledger = new Deployment(cloud, 'AtlasRestoreLedger', {});
    let id: string | undefined;
    const host = async () => {
      id ??= new URL(await ledger.output('ApiUrl')).hostname.split('.')[0];
      return `${id}.execute-api.localhost:${cloud.port}`;
    };
    const front = await startSignatureFront({ port: cloud.port, secrets: { test: 'test' }, host });
    const operator = new Operator(ledger, front, await Clone.open(COMMANDS));
    await operator.#prepare(settings);
    return operator;
  }

  async #prepare(settings: Readonly<Record<string, unknown>>) {
    const { cloud } = this.ledger;
    const { dir } = this.#clone;
    const app = JSON.parse(readFileSync('cdk.json', 'utf8'));
    await rm(join(dir, 'cdk.json'));
    await writeFile(join(dir, 'cdk.json'), JSON.stringify({ ...app, context: { ledger: settings } }));
    // `bin/restore-ledger` is the command line too, and signs for an API that is on this machine.
    await rm(join(dir, 'bin'));
    await mkdir(join(dir, 'bin'));
    for (const name of readdirSync('bin'))
      if (name !== 'restore-ledger') await symlink(join(PACKAGE_DIR, 'bin', name), join(dir, 'bin', name));
    await writeFile(join(dir, 'bin/restore-ledger'), '#!/bin/sh\nexec restore-ledger "$@"\n');
    await chmod(join(dir, 'bin/restore-ledger'), 0o755);
    this.#env = {
      ...Object.fromEntries(
        Object.entries(cloud.env).flatMap(([name, value]) =>
          value && /^(AWS|CDK)_/.test(name) ? [[name, value]] : [],
        ),
      ),
      NODE: process.execPath,
      REPOSITORY: PACKAGE_DIR,
      REAL_AWS: join(cloud.bin, 'aws'),
      RECORDER: await listen(this.#recorder),
      FRONT: this.front.url,
      CDK_OUTPUT: join(cloud.folder, 'cdk.out'),
    };
  }

  /** @param input what is typed where a command reads it */
  paste(
    text: string,
    { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
  ): Promise<Pasted> {
    return this.#clone.paste(text, { env: { ...this.#env, ...env }, input });
  }

  async [Symbol.asyncDispose]() {
    await this.#clone[Symbol.asyncDispose]();
    await this.front[Symbol.asyncDispose]();
    this.#recorder.close();
  }
}
