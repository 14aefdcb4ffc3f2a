// test/cli/remote/signature-check.ts checks SigV4 signatures as AWS does, written from its specification and sharing nothing with
// the signer: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';

export interface SentRequest {
  method: string;
  /** Path and query as they were sent. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface Checked {
  valid: boolean;
  accessKeyId: string;
  /** `20150830/us-east-1/service/aws4_request` */
  scope: string;
  signedHeaders: string[];
}

const hex = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function checkSignature({ method, target, headers, body }: SentRequest, secretAccessKey: string): Checked {
  const authorization = String(headers.authorization);
  const [, accessKeyId = '', scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), ?SignedHeaders=(\S+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  const signedHeaders = names.split(';');
  const [path = '', query = ''] = target.split('?');
  const canonical = [
    method,
    path.split('/').map(escaped).join('/'),
    query
      .split('&')
      .filter((part) => part !== '')
      .map((part): [string, string] => {
        const end = part.includes('=') ? part.indexOf('=') : part.length;
        return [part.slice(0, end), part.slice(end + 1)];
      })
      .map(([name, value]) => [escaped(decodeURIComponent(name)), escaped(decodeURIComponent(value))] as const)
      .sort(([a, one], [b, other]) => compare(a, b) || compare(one, other))
      .map(([name, value]) => `${name}=${value}`)
      .join('&'),
    ...signedHeaders.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    hex(body),
  ].join('\n');
  const [day = '', region = '', service = ''] = scope.split('/');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hex(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), region), service), 'aws4_request');
  const valid = signature !== '' && hmac(key, toSign).toString('hex') === signature;
  return { valid, accessKeyId, scope, signedHeaders };
}
