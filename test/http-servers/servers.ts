// test/http-servers/servers.ts: nginx and nghttpx in front of a server on this machine, each in a folder and on a port of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { vi } from 'vitest';
import { makeCertificate } from '../atlas/certificate.ts';

export interface Front extends AsyncDisposable {
  url: string;
  /** To trust it. */
  ca: string;
  /** Requests in the order of its log. */
  served(): Promise<Served[]>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it without a word to its clients, and starts it again. */
  crash(): Promise<void>;
}

export interface Served {
  /** 'HTTP/2.0' or 'HTTP/1.1'. */
  protocol: string;
  connection: string;
  status: number;
  path: string;
}

/** @param program in a package of Debian @throws Error that says how to get it */
function require(program: string, debianPackage: string) {
  if (spawnSync(program, ['-v']).error) {
    throw new Error(`${program} is not installed. On Debian and Ubuntu: apt-get install ${debianPackage}`);
  }
}

export async function startNginx(
  backendUrl: string,
  { http = '', server = '', location = '', http2 = true }: NginxOptions = {},
): Promise<Front> {
  require('nginx', 'nginx-light');
  return start('nginx', (dir, port) => {
    const config = `
      daemon off;
      pid ${dir}/pid;
      error_log ${dir}/error.log warn;
      worker_processes 1;
      worker_shutdown_timeout 5s;
      events { worker_connections 1024; }
      http {
        log_format front '$server_protocol $connection $status $request_uri';
        access_log ${dir}/access.log front;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
        upstream backend { server ${new URL(backendUrl).host}; keepalive 64; }
        ${http}
        server {
          listen 127.0.0.1:${port} ssl ${http2 ? 'http2' : ''};
          ssl_certificate ${dir}/cert.pem;
          ssl_certificate_key ${dir}/key.pem;
          ${server}
          location / {
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            ${location}
          }
        }
      }`;
    return { config, args: ['-e', `${dir}/error.log`, '-c', `${dir}/config`] };
  });
}

export interface NginxOptions {
  /** More for the http block. */
  http?: string;
  /** More for the server block. */
  server?: string;
  /** More for the location block. */
  location?: string;
  /** @default true */
  http2?: boolean;
}

/** @param options of its command line: `--frontend-http2-max-concurrent-streams=1` */
export async function startNghttpx(backendUrl: string, options: string[] = []): Promise<Front> {
  require('nghttpx', 'nghttp2-proxy');
  return start('nghttpx', (dir, port) => ({
    config: '',
    args: [
      `--conf=${dir}/config`,
      ...[`--frontend=127.0.0.1,${port}`, `--backend=${new URL(backendUrl).host.replace(':', ',')}`],
      ...[`--accesslog-file=${dir}/access.log`, '--accesslog-format=$alpn $remote_port $status $path'],
      ...[`--errorlog-file=${dir}/error.log`, '--workers=1', '--no-ocsp'],
      ...options,
      ...[`${dir}/key.pem`, `${dir}/cert.pem`],
    ],
  }));
}

async function start(
  program: string,
  describe: (dir: string, port: number) => { config: string; args: string[] },
): Promise<Front> {
  const dir = await mkdtemp(join(tmpdir(), `${program}-`));
  const { key, cert } = makeCertificate('localhost');
  const port = await freePort();
  const { config, args } = describe(dir, port);
  await writeFile(join(dir, 'config'), config);
  await writeFile(join(dir, 'cert.pem'), cert);
  await writeFile(join(dir, 'key.pem'), key, { mode: 0o600 });
  let child: ChildProcess;
  const run = async () => {
    child = spawn(program, args, { stdio: 'ignore', detached: true });
    await listening(port, async () => {
      if (child.exitCode === null) return;
      throw new Error(`${program} ended: ${await readFile(join(dir, 'error.log'), 'utf8').catch(() => 'no log')}`);
    });
  };
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.pid === undefined) return;
    const exit = once(child, 'exit');
    process.kill(-child.pid, signal); // its workers, too
    await exit;
  };
  await run();
  return {
    ...{ url: `https://localhost:${port}`, ca: cert },
    async served() {
      const lines = (await readFile(join(dir, 'access.log'), 'utf8')).trim().split('\n');
      return lines.map((line) => {
        const [protocol = '', connection = '', status, path = ''] = line.split(' ');
        return { protocol: protocol === 'h2' ? 'HTTP/2.0' : protocol, connection, status: Number(status), path };
      });
    },
    signal: (signal) => void child.kill(signal),
    async crash() {
      await kill('SIGKILL');
      await run();
    },
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param alive throws where waiting has no sense any more */
async function listening(port: number, alive: () => Promise<void>) {
  await vi.waitFor(
    async () => {
      await alive();
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      socket.destroy();
    },
    { timeout: 30_000, interval: 50 },
  );
}
