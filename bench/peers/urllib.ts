// bench/peers/urllib.ts enters npm urllib: a challenge for every request.
import { request } from 'urllib';
import type { ListConfig } from '../contenders/config.ts';
import { contend } from '../harness/contender.ts';
import { acceptOf, walk } from './walk.ts';

contend<ListConfig>(({ access: { url, apiKey } }) => {
  const digestAuth = `${apiKey.publicKey}:${apiKey.privateKey}`;
  const get = async (target: string, version: string): Promise<unknown> => {
    const headers = { accept: acceptOf(version) };
    const { status, data } = await request(url + target, { digestAuth, dataType: 'json', headers, timeout: 60_000 });
    if (status !== 200) throw new Error(`GET ${target} answered ${status}`);
    return data;
  };
  return { pass: async () => ({ ids: await walk(get) }) };
});
