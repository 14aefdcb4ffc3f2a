// functions/atlas/http/base-url.ts: the hosts that may be sent credentials.
import { AtlasError } from '../model/errors.ts';

export const ATLAS_URL = 'https://cloud.mongodb.com';

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The origin that a base URL names. The value itself is never quoted: people do paste credentials into URLs.
 * @param where what holds it, for the message: 'base_url in secret atlas/key'
 * @throws AtlasError ATLAS_CREDENTIALS
 */
export function parseBaseUrl(text: string, where: string): string {
  const wrong = (problem: string) =>
    new AtlasError('ATLAS_CREDENTIALS', `${where} ${problem}: give scheme and host only, such as ${ATLAS_URL}`);
  if (!URL.canParse(text)) throw wrong('is not a URL');
  const url = new URL(text);
  const plain = url.protocol === 'http:' && LOOPBACK.test(url.hostname);
  // Plain http would show the credentials to the network, and Atlas answers it with a redirect (docs/atlas.md#3-1).
  if (url.protocol !== 'https:' && !plain) throw wrong('is not an https address');
  if (url.username !== '' || url.password !== '') throw wrong('holds a user or a password');
  // `new URL` drops a bare `?` or `#`, so the text is tested too.
  if (url.pathname !== '/' || /[?#]/.test(text)) throw wrong('has a path or a query');
  return url.origin;
}
