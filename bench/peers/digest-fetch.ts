// bench/peers/digest-fetch.ts enters npm digest-fetch: fetch with a digest whose nonce is used again.
import { DigestClient } from 'digest-fetch';
import type { ListConfig } from '../contenders/config.ts';
import { contend } from '../harness/contender.ts';
import { acceptOf, walk } from './walk.ts';

contend<ListConfig>(({ access: { url, apiKey } }) => {
  const client = new DigestClient(apiKey.publicKey, apiKey.privateKey);
  const get = async (target: string, version: string): Promise<unknown> => {
    const answer = await client.fetch(url + target, { headers: { accept: acceptOf(version) } });
    if (answer.status !== 200) throw new Error(`GET ${target} answered ${answer.status}`);
    return answer.json();
  };
  return { pass: async () => ({ ids: await walk(get) }) };
});
