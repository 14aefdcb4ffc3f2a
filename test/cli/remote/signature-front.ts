// test/cli/remote/signature-front.ts: API Gateway's check of signatures, in front of a server that has none.
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../../local/listen.ts';
import { checkSignature } from './signature-check.ts';

export interface SignatureFront extends AsyncDisposable {
  readonly url: string;
  /** Signed requests that were let through. */
  readonly accepted: readonly string[];
  /** Signed requests that were not, with the headers that they signed. */
  readonly refused: readonly string[];
}

interface Options {
  /** Of the server behind it. */
  port: number;
  /** By access key. */
  secrets: Readonly<Record<string, string>>;
  /** The host to ask the server for. @default the one that was asked for here */
  host?: (given: string) => string | Promise<string>;
}

/** Refuses what is signed wrongly. What is not signed goes on, for the server to refuse. */
export async function startSignatureFront({
  port,
  secrets,
  host = (given) => given,
}: Options): Promise<SignatureFront> {
  const accepted: string[] = [];
  const refused: string[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (headers.authorization?.startsWith('AWS4-')) {
      const { valid, signedHeaders } = check(request, body.toString());
      (valid ? accepted : refused).push(`${method} ${path} signed ${signedHeaders}`);
      if (!valid) return void response.writeHead(403).end('{"message":"The signature does not match"}');
    }
    const asked = { ...headers, host: await host(headers.host ?? '') };
    const onwards = httpRequest({ host: '127.0.0.1', port, method, path, headers: asked }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
    });
    onwards.on('error', (error) => response.writeHead(502).end(String(error)));
    return void onwards.end(body);
  }

  function check({ method = '', url: target = '', headers }: IncomingMessage, body: string) {
    const [, accessKeyId = ''] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
    const checked = checkSignature({ method, target, headers, body }, secrets[accessKeyId] ?? '');
    const { signedHeaders, scope } = checked;
    const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
    const complete = unsigned.length === 0 && headers['x-amz-security-token'] !== '' && signedHeaders.includes('host');
    return { signedHeaders, valid: checked.valid && complete && scope.endsWith('/execute-api/aws4_request') };
  }

  const server = createServer((request, response) => void answer(request, response));
  const url = await listen(server);
  const dispose = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, accepted, refused, [Symbol.asyncDispose]: dispose };
}
