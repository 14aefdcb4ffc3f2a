// bench/contenders/fetch.ts: the probe's requests by Node's own fetch, all at once.
import type { AtlasConfig } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';
import { probing } from '../probe/probe.ts';
import type { Incoming, Outgoing } from '../probe/session.ts';

contend<AtlasConfig>((config) => {
  const send = async ({ target, headers, authorization, ...init }: Outgoing): Promise<Incoming> => {
    const signed = authorization ? { ...headers, authorization: authorization() } : headers;
    const answer = await fetch(config.access.url + target, { ...init, headers: signed });
    const challenge = answer.headers.get('www-authenticate') ?? '';
    return { status: answer.status, challenge, body: await answer.text() };
  };
  return probing(config, { send, close: () => {} });
});
