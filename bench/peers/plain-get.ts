// bench/peers/plain-get.ts asks Atlas by plain fetch, with a digest by hand whose nonce is used again, or with a token.
import type { AtlasAccess } from '../atlas/orders.ts';
import { type Scheme, type Sign, signing } from '../probe/sign.ts';
import { acceptOf, type Get } from './walk.ts';

/** Signs in with its first request, and stays signed in. @throws Error where Atlas does not answer 200 */
export function plainGet({ access, scheme }: { access: AtlasAccess; scheme: Scheme }): Get {
  const send = async (target: string, init: RequestInit) => {
    const answer = await fetch(access.url + target, init);
    return {
      status: answer.status,
      challenge: answer.headers.get('www-authenticate') ?? '',
      body: await answer.text(),
    };
  };
  const sign = signing(scheme, access, ({ target, ...init }) => send(target, init));
  let signer: Promise<Sign> | undefined;
  return async (target, version) => {
    signer ??= sign(target);
    const headers = { accept: acceptOf(version), authorization: (await signer).header(target) };
    const { status, body } = await send(target, { headers });
    if (status !== 200) throw new Error(`GET ${target} answered ${status}`);
    return JSON.parse(body);
  };
}
