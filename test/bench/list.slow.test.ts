import { describe, expect, test } from 'vitest';
import { atlasFixture, BenchAtlas } from '../../bench/atlas/atlas.ts';
import { WrongAnswerError } from '../../bench/harness/answer.ts';
import { race } from '../../bench/harness/race.ts';
import { type Entrant, runTrial } from '../../bench/harness/trial.ts';
import { entrants } from '../../bench/list/list.ts';
import type { Script } from './contenders/scripted.ts';

const size = { clusters: 27, jobs: 3 };

describe('on a world of 27 clusters in two projects', () => {
  test.each([
    ['digest', false],
    ['oauth', false],
    ['digest', true],
    ['oauth', true],
  ] as const)('everybody finds every job once, signed in by %s, over TLS: %s', async (scheme, tls) => {
    await using atlas = await BenchAtlas.start(size);
    const fixture = atlasFixture(atlas);
    const results = await race('here', entrants({ scheme, size, tls }, atlas), 1, (entrant) =>
      runTrial(entrant, fixture),
    );
    const numberOf = (who: string, pass: string, number: string) =>
      results.find((result) => result.contender === who && result.pass === pass)?.spread[number]?.median ?? 0;
    const answeredOf = (who: string, pass: string) =>
      numberOf(who, pass, 'atlasRequests') - numberOf(who, pass, 'challenges');
    // Projects, three lists of clusters of each project, one list of jobs of each cluster; a token is a request of its own.
    const lists = 1 + 2 * 3 + 27;
    expect(answeredOf('probe', 'warm')).toBe(lists);
    const token = scheme === 'oauth' ? 1 : 0;
    const overHttp2 = tls ? ['probe, HTTP/2'] : [];
    for (const who of ['probe', ...overHttp2, 'client', 'collector', 'fetch']) {
      expect(answeredOf(who, 'cold')).toBe(lists + token);
    }
    // Bytes are counted beneath TLS; without its certificate nobody would get this far.
    expect(numberOf('probe', 'cold', 'connections')).toBeGreaterThan(1);
    if (tls) {
      for (const who of ['probe, HTTP/2', 'client', 'collector']) expect(numberOf(who, 'cold', 'connections')).toBe(1);
    }
    for (const { spread } of results) expect(spread.bytesReceived?.median).toBeGreaterThan(1_000);
    const peers = results.filter(({ contender }) => contender === 'mongodb-atlas-api-client');
    expect(peers).toHaveLength(scheme === 'digest' && !tls ? 1 : 0);
  });

  test('a contender that never looks for new restores fails', async () => {
    await using atlas = await BenchAtlas.start(size);
    const { count } = await atlas.call.expected();
    const [probe] = entrants({ scheme: 'digest', size, tls: false }, atlas) as [Entrant];
    const lazy: Entrant = {
      name: 'lazy',
      entry: new URL('./contenders/scripted.ts', import.meta.url),
      config: { finds: { changed: Array.from({ length: count }, (_, nth) => String(nth)) } } satisfies Script,
      passes: ['changed'],
    };
    expect(count).toBe(27 * 3);
    const fixture = atlasFixture(atlas);
    const racing = race('here', [probe, lazy], 1, (entrant) => runTrial(entrant, fixture));
    await expect(racing).rejects.toThrow(WrongAnswerError);
    // Three of 27 clusters get a restore, before each of the probe's two `changed` passes and the other's one.
    expect((await atlas.call.expected()).count).toBeGreaterThan(count);
    await atlas.call.removeRestores();
    expect((await atlas.call.expected()).count).toBe(count);
  });
});
