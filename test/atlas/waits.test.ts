import { describe, expect, test } from 'vitest';
import type { Wait } from '../../functions/atlas/request/rate-limits.ts';
import { DAY } from '../../local/atlas/base/time.ts';
import { ManualClock } from '../../local/manual-clock.ts';
import { all, clientFor, FLEX_JOBS, failureOf, projectsOf } from './clients.ts';
import { apiError, inOrder, json, list, serve, withTokens } from './scripted-server.ts';

const limited = (retryAfter?: string) =>
  apiError(429, 'RATE_LIMITED', {}, retryAfter === undefined ? {} : { 'Retry-After': retryAfter });
const unavailable = (retryAfter: string) => apiError(503, 'SERVICE_UNAVAILABLE', {}, { 'Retry-After': retryAfter });
const fine = json(200, list([]));

describe('a wait', () => {
  test.each([
    ['999999999', '999999999 s'],
    ['9'.repeat(300), '9007199254741 s'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', `${(Date.UTC(9999, 11, 31, 23, 59, 59) - new ManualClock().now()) / 1000} s`],
    ['7200', '7200 s'],
    ['901', '901 s'],
  ])('of %s is refused at once, and named, also to those who ask later', async (retryAfter, named) => {
    for (const [reply, code] of [
      [limited(retryAfter), 'ATLAS_RATE_LIMITED'],
      [unavailable(retryAfter), 'ATLAS_UNAVAILABLE'],
    ] as const) {
      const clock = new ManualClock();
      await using server = await serve(withTokens(reply));
      await using atlas = clientFor(server.url, { clock });
      const failure = await failureOf(projectsOf(atlas));
      expect(failure).toMatchObject({ code, message: expect.stringContaining(`due in ${named}`) });
      expect(failure.message).toContain('may wait for 900 s');
      expect(failure.retryAfterMs).toBeGreaterThan(900_000);
      expect(await failureOf(projectsOf(atlas))).toMatchObject({
        code: 'ATLAS_RATE_LIMITED',
        message: expect.stringMatching(
          /was not sent: its rate limit is used up for another \d+ s, and the call may wait/,
        ),
      });
      expect(clock.sleptMs).toEqual([]);
    }
  });

  test('asked for by mistake is forgotten after a day', async () => {
    const clock = new ManualClock();
    await using server = await serve(withTokens(inOrder(limited('999999999'), fine)));
    await using atlas = clientFor(server.url, { clock });
    await failureOf(projectsOf(atlas));
    clock.advance(DAY - 900_000);
    expect(await projectsOf(atlas)).toEqual([]);
    expect(clock.sleptMs).toEqual([900_000]);
  });

  test('for a token, asked for by mistake, is forgotten after a day', async () => {
    const clock = new ManualClock();
    let tokens = 0;
    await using server = await serve((response, request, nth) => {
      const isToken = request.target === '/api/oauth/token';
      const reply = isToken && tokens++ === 0 ? limited('999999999') : withTokens(fine);
      reply(response, request, nth);
    });
    await using atlas = clientFor(server.url, { clock });
    await failureOf(projectsOf(atlas));
    clock.advance(DAY);
    expect(await projectsOf(atlas)).toEqual([]);
  });

  test('of our own choosing that is longer than there is time is named, too', async () => {
    await using server = await serve(withTokens(limited()));
    await using atlas = clientFor(server.url);
    const failure = await failureOf(projectsOf(atlas.within(() => 5_000)));
    expect(failure).toMatchObject({ code: 'ATLAS_RATE_LIMITED', retryAfterMs: 10_000 });
    expect(failure.message).toContain('due in 10 s, and the call may wait for 5 s');
  });

  test('of a second or more is reported when it begins, once for all who wait for it', async () => {
    const waits: Wait[] = [];
    const onWait = (wait: Wait) => waits.push(wait);
    await using server = await serve(withTokens(inOrder(limited('7'), fine)));
    await using atlas = clientFor(server.url, { onWait });
    await all(atlas.jobPages(FLEX_JOBS));
    const what = `GET /api/atlas/v2/groups/${FLEX_JOBS.projectId}/flexClusters/Cluster0/backup/restoreJobs`;
    expect(waits).toEqual([{ what, ms: 7_000, reason: 'rate-limit' }]);

    const changing = apiError(400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', { parameters: ['another'] });
    await using moving = await serve(withTokens(inOrder(changing, fine)));
    await using other = clientFor(moving.url, { onWait });
    await other.clusters(FLEX_JOBS.projectId, 'dedicated');
    expect(waits.slice(1)).toMatchObject([{ ms: 5_000, reason: 'retry' }]);

    await using failing = await serve(withTokens(inOrder(apiError(500, 'UNEXPECTED_ERROR'), fine)));
    await using third = clientFor(failing.url, { onWait });
    await projectsOf(third); // half a second at most
    expect(waits).toHaveLength(2);
  });
});
