// test/anchors/local-s3.ts: as much of S3 as is asked of it, over real HTTP. Answers are synthetic, in the form of S3's.
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { listen } from '../../local/listen.ts';

export interface LocalS3 extends AsyncDisposable {
  url: string;
  client: S3Client;
  objects: Map<string, Buffer>;
  /** Headers with which each object was put. */
  puts: Map<string, IncomingHttpHeaders>;
  /** The address of each request, without the host. */
  asked: string[];
  /** Answers 403 to what it says yes to. */
  isRefusing: (request: IncomingMessage) => boolean;
}

export const s3Error = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>synthetic</Message></Error>`;

/** The SDK sends what it reads from a file in chunks, each after its size in hex. */
export function unchunked(body: Buffer, { headers }: Pick<IncomingMessage, 'headers'>): Buffer {
  if (!headers['content-encoding']?.includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, end).toString().split(';')[0] ?? '', 16);
    if (!size) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

const SECRET = 'synthetic';

/** By Signature Version 4 in the query: of this method and no other. Its time is the caller's matter. */
function isSignedAddress({ method, url = '', headers }: IncomingMessage): boolean {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const of = (name: string) => searchParams.get(name) ?? '';
  const [, date = '', region = '', service = '', end = ''] = of('X-Amz-Credential').split('/');
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map((pair) => pair.map(encoded).join('='))
    .sort();
  const canonical = [method, pathname, query.join('&'), `host:${headers.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join(
    '\n',
  );
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = [date, region, service, end].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${SECRET}`,
  );
  const scope = [date, region, service, end].join('/');
  const text = ['AWS4-HMAC-SHA256', of('X-Amz-Date'), scope, digest].join('\n');
  return createHmac('sha256', key).update(text).digest('hex') === of('X-Amz-Signature');
}

/** Creates and gets objects of one bucket; of an address with a signature, only by the method that is signed. */
export async function startLocalS3(bucket: string): Promise<LocalS3> {
  const [objects, puts, asked] = [new Map<string, Buffer>(), new Map<string, IncomingHttpHeaders>(), [] as string[]];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(request.url ?? '');
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://s3');
    const end = (status: number, body: string | Buffer = '', headers = {}) =>
      response.writeHead(status, headers).end(body);
    if (s3.isRefusing(request)) return end(403, s3Error('AccessDenied'));
    const [, of, ...rest] = decodeURIComponent(pathname).split('/');
    if (of !== bucket) return end(404, s3Error('NoSuchBucket'));
    const key = rest.join('/');
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] !== '*' || objects.has(key)) return end(412, s3Error('PreconditionFailed'));
      objects.set(key, unchunked(Buffer.concat(chunks), request));
      puts.set(key, request.headers);
      return end(200);
    }
    if (query.has('X-Amz-Signature') && !isSignedAddress(request)) return end(403, s3Error('SignatureDoesNotMatch'));
    const isSigned = request.headers.authorization !== undefined || query.has('X-Amz-Signature');
    const object = objects.get(key);
    if (!isSigned || !object) return end(isSigned ? 404 : 403, s3Error(isSigned ? 'NoSuchKey' : 'AccessDenied'));
    const [type, disposition] = [query.get('response-content-type'), query.get('response-content-disposition')];
    return end(200, object, {
      ...(type && { 'content-type': type }),
      ...(disposition && { 'content-disposition': disposition }),
    });
  });
  const url = await listen(server);
  const client = new S3Client({
    ...{ region: 'eu-west-1', endpoint: url, forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId: 'AKIDSYNTHETIC', secretAccessKey: SECRET, sessionToken: 'SESSION-TOKEN' },
  });
  const s3: LocalS3 = {
    ...{ url, client, objects, puts, asked },
    isRefusing: () => false,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return s3;
}
