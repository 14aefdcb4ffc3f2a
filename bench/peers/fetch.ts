// bench/peers/fetch.ts enters plain fetch in sequence, with a digest by hand whose nonce is used again, or a token.
import type { ListConfig } from '../contenders/config.ts';
import { contend } from '../harness/contender.ts';
import { type Sign, signing } from '../probe/sign.ts';
import { acceptOf, walk } from './walk.ts';

contend<ListConfig>(({ access, scheme }) => {
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
  const get = async (target: string, version: string): Promise<unknown> => {
    signer ??= sign(target);
    const headers = { accept: acceptOf(version), authorization: (await signer).header(target) };
    const { status, body } = await send(target, { headers });
    if (status !== 200) throw new Error(`GET ${target} answered ${status}`);
    return JSON.parse(body);
  };
  return { pass: async () => ({ ids: await walk(get) }) };
});
