// The same app behind a private REST API, whose paths start with a stage that the app doesn't know.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../../functions/api/app.ts';
import type { RunRequest } from '../../../functions/api/http/ports.ts';
import { gatewayHandler } from '../../../functions/api/lambda/adapter.ts';
import { testEngine } from '../../ledger/engines.ts';
import { idAt, job, PROJECT } from '../../ledger/jobs.ts';
import { accepting } from '../atlas-api.ts';
import { type Service, startService } from '../service.ts';
import { REST_HOST, restEventOf } from './rest-event.ts';

let service: Service;
let invoke: (...request: Parameters<typeof restEventOf>) => ReturnType<ReturnType<typeof gatewayHandler>>;
const started: RunRequest[] = [];
const jobs = ['COMPLETED', 'FAILED', 'RUNNING'].map((status, n) =>
  job({ jobId: idAt('2026-11-20T10:00:00Z', n), status: status as never, clusterName: 'Cluster 0 ü' }),
);
const ATLAS = `/api/atlas/v2/groups/${PROJECT}/clusters/orders/backup/restoreJobs`;
beforeAll(async () => {
  service = await startService(testEngine(), { runs: { start: async (request) => void started.push(request) } });
  await service.add(...jobs, job({ jobId: idAt('2026-11-20T11:00:00Z'), clusterName: 'orders' }));
  const handler = gatewayHandler(apiApp(service.ports));
  invoke = (...request) => handler(restEventOf(...request));
});
afterAll(() => service[Symbol.asyncDispose]());

/** What a browser or a client would ask next, without the stage that API Gateway takes off. */
const below = (href: string) => {
  const { host, pathname, search } = new URL(href.replaceAll('&amp;', '&'), `https://${REST_HOST}`);
  expect([host, href, pathname.startsWith('/ledger/')]).toEqual([REST_HOST, href, true]);
  return pathname.slice('/ledger'.length) + search;
};

test.each([
  '/health',
  '/restore-jobs?status=FAILED&status=RUNNING',
  '/restore-jobs?format=csv',
  '/coverage',
  '/summary',
  '/restore-jobs/none',
  `/restore-jobs?projectId=${PROJECT}&clusterName=${encodeURIComponent('Cluster 0 ü')}`,
])('%s is what it is over HTTP', async (target) => {
  const [answer, response] = [await invoke(target), await service.get(target)];
  const ofRequest = (text: string) => text.replace(/"requestId":"[^"]*"/, '');
  expect(answer.statusCode).toBe(response.status);
  expect(ofRequest(answer.body)).toBe(ofRequest(await response.text()));
});

describe('every link leads below the stage, to something that is there', () => {
  test.each(['/', '/clusters', `/jobs/${jobs[0]?.jobId}`, '/?status=FAILED'])('of the page %s', async (page) => {
    const { body } = await invoke(page);
    const links = [...body.matchAll(/\s(?:href|src|action)="([^"#][^"]*)"/g)].map(([, href = '']) => href);
    expect(links.length).toBeGreaterThan(5);
    for (const href of new Set(links)) {
      const { statusCode } = await invoke(below(href));
      // Runs and projects are not all on record here, and a search needs a text.
      expect([href, statusCode < 400 || /\/runs\/|clusters\?projectId=|\/search$/.test(href)]).toEqual([href, true]);
    }
  });

  test("of a list's next page", async () => {
    const first = await invoke('/restore-jobs?limit=3');
    const next = /<([^>]*)>/.exec(first.headers.link ?? '')?.[1] ?? '';
    expect(JSON.parse((await invoke(below(next))).body).jobs).toHaveLength(1);
  });

  test("of Atlas's own paths", async () => {
    const atlas = { headers: { Accept: accepting('2023-01-01').accept } };
    const { body } = await invoke(ATLAS, atlas);
    const { links, results } = JSON.parse(body) as Record<string, { href: string; links: { href: string }[] }[]>;
    const hrefs = [...(links ?? []), ...(results ?? []).flatMap((each) => each.links)].map(({ href }) => href);
    expect(hrefs).toHaveLength(2);
    for (const href of hrefs) expect([href, (await invoke(below(href), atlas)).statusCode]).toEqual([href, 200]);
  });

  test('of a redirect, and of a run that was started', async () => {
    const redirect = await invoke('/?status=&kind=flex');
    expect([redirect.statusCode, below(redirect.headers.location ?? '')]).toEqual([302, '/?kind=flex']);
    const headers = { 'Content-Type': 'application/json' };
    const run = await invoke('/runs', { method: 'POST', headers, body: JSON.stringify({ projectId: PROJECT }) });
    expect(started).toMatchObject([{ scope: { projectId: PROJECT } }]);
    expect(below(run.headers.location ?? '')).toBe(`/runs/${started[0]?.runId}`);
  });
});

test('HEAD names no coding: API Gateway compresses by itself, and only it knows how', async () => {
  const head = await invoke('/openapi.json', { method: 'HEAD', headers: { 'Accept-Encoding': 'br' } });
  expect(head).toMatchObject({ statusCode: 200, body: '', headers: { etag: expect.stringMatching(/^"[\w-]{22}"$/) } });
  expect(head.headers).not.toHaveProperty('content-encoding');
});

test('behind a domain of its own, which has no stage, links stay as they are', async () => {
  const { body } = await invoke('/', { stage: '' });
  expect(body).toContain('href="/clusters"');
  expect(body).not.toContain('/ledger/');
});
