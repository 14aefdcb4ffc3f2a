// Filters, names, order, pages and whole results of GET /restore-jobs beyond equal values, over HTTP.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../functions/api/app.ts';
import { gatewayHandler } from '../../functions/api/lambda/adapter.ts';
import { type ID_FILTERS, JOB_FILTERS } from '../../functions/api/query/job-filters.ts';
import { jobsQuery } from '../../functions/api/query/jobs-query.ts';
import { readAsked } from '../../functions/api/web/parts/job-filter.ts';
import type { JobSummary } from '../../functions/ledger/model/ledger.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import { cluster, coverage } from '../ledger/coverages.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { eventOf } from './lambda/lambda-event.ts';
import { type Service, startService, walk } from './service.ts';

interface JobList {
  jobs: JobSummary[];
  cursor?: string;
  previous?: string;
}
const [PROD, STAGING, TWIN, TWIN_TOO] = ['1', '2', '3', '4'].map((digit) => digit.repeat(24)) as [
  string,
  string,
  string,
  string,
];
const PROJECTS = { [PROD]: 'prod-payments', [STAGING]: 'staging', [TWIN]: 'twin', [TWIN_TOO]: 'twin' };
const ORG = 'c'.repeat(24);

const by = (name: string, grade: 'exact' | 'weak' = 'exact', id?: string): Requester => ({
  actor: { kind: 'user', name, ...(id ? { id } : {}) },
  ...{ grade, points: 100, eventType: 'X', rivals: 0 },
});

const engine = testEngine();
let service: Service;
const idOf: Record<string, string> = {};

/** By its name, at an hour of 20 November. */
async function restore(
  name: string,
  hour: number,
  parts: Parameters<typeof job>[0],
  { requester, seconds }: { requester?: Requester; seconds?: number } = {},
) {
  const at = `2026-11-20T${String(hour).padStart(2, '0')}:00:00Z`;
  const jobId = idAt(at, name);
  idOf[name] = jobId;
  const { [parts?.projectId ?? PROD]: projectName = '' } = PROJECTS;
  const one = job({ jobId, projectId: PROD, projectName, targetProjectId: PROD, ...parts });
  const end = new Date(Date.parse(at) + (seconds ?? 0) * 1000).toISOString();
  const whole = seconds === undefined ? one : completed(one, end);
  await service.ledger.record(whole, seen(0), false, requester ? { requester } : {});
}

beforeAll(async () => {
  service = await startService(engine);
  const { ledger } = service;
  for (const [projectId, projectName] of Object.entries(PROJECTS)) {
    await ledger.saveKnownProject(projectId, () => ({
      ...{ projectId, projectName, accounts: {}, firstSeenAt: NOW, revision: 0, changes: [] },
      ...(projectId === STAGING ? { orgId: ORG } : {}),
    }));
    const clusters = projectId === STAGING || projectId === PROD ? [cluster('orders')] : [];
    await ledger.saveCoverage(projectId, () => ({ ...coverage(projectId, clusters), projectName }));
  }
  await restore(
    'ada',
    1,
    { targetProjectId: STAGING, targetClusterName: 'copy' },
    { requester: by('Ada@example.com'), seconds: 300 },
  );
  await restore('bob', 2, { targetClusterName: 'orders' }, { requester: by('bob', 'weak', 'key-1'), seconds: 100 });
  await restore(
    'lone',
    3,
    { clusterName: 'users', targetClusterName: 'users-2' },
    { requester: { reason: 'none' }, seconds: 200 },
  );
  await restore('taken', 4, { delivery: 'download', targetProjectId: STAGING }, {});
  await restore('staged', 5, { projectId: STAGING, targetProjectId: STAGING, kind: 'flex' }, {});
  await restore('unseen', 6, { projectId: TWIN, targetProjectId: '9'.repeat(24), targetClusterName: 'x' }, {});
});
afterAll(() => service[Symbol.asyncDispose]());

const found = async (query: string) => {
  const { items } = await walk<JobSummary>(service, `/restore-jobs?${query}`, 'jobs');
  return items.map(({ jobId }) => Object.keys(idOf).find((name) => idOf[name] === jobId));
};

describe('filters', () => {
  test.each([
    ['requester=ada@example.com', ['ada']],
    ['requester=*@EXAMPLE.com&requester=bob', ['bob', 'ada']],
    ['requester=key-1', ['bob']],
    ['requester=*&grade=exact,strong', ['ada']],
    ['grade=none', ['lone']],
    ['grade=none&grade=weak', ['lone', 'bob']],
    ['source=prod-*', ['taken', 'lone', 'bob', 'ada']],
    ['source=PROD-*/users', ['lone']],
    ['source=users', ['lone']],
    ['source=staging&source=prod-*/orders', ['staged', 'taken', 'bob', 'ada']],
    ['target=stag*', ['staged', 'ada']],
    ['target=staging/copy', ['ada']],
    ['target=x', ['unseen']],
    ['targetProject=staging', ['staged', 'taken', 'ada']],
    [`targetProject=${STAGING}&destination=elsewhere`, ['ada']],
    ['targetCluster=users-2', ['lone']],
    ['destination=elsewhere', ['unseen', 'ada']],
    ['destination=download,itself', ['taken', 'bob']],
    ['project=staging', ['staged']],
    ['project=STAGING', ['staged']],
    ['project=prod-payments&cluster=users', ['lone']],
    [`orgId=${ORG}`, ['staged']],
    ['kind=flex,serverless', ['staged']],
    ['finishedSince=2026-11-20T02:00:00Z&finishedUntil=2026-11-20T03:00:00Z', ['bob']],
    ['period=last-month', []],
    ['period=this-month&source=users', ['lone']],
    ['since=4w&source=users', ['lone']],
    ['since=1d', []],
  ])('%s', async (query, names) => expect(await found(query)).toEqual(names));

  const SAMPLES: Record<keyof typeof JOB_FILTERS | keyof typeof ID_FILTERS, string> = {
    ...{ project: 'staging', cluster: 'users', source: 'prod-*', tag: 'env=prod', status: 'FAILED', open: 'true' },
    ...{
      kind: 'flex',
      delivery: 'download',
      destination: 'elsewhere',
      targetProject: 'staging',
      targetCluster: 'copy',
    },
    ...{ target: 'copy', snapshotId: 'd'.repeat(24), requester: 'ada@example.com', grade: 'exact', finding: 'failed' },
    ...{
      purpose: 'drill',
      ticket: 'OPS-1',
      validation: 'FAILED',
      announced: 'false',
      expectedRestoreId: 'e'.repeat(24),
    },
    ...{ orgId: ORG, accountId: '123456789012', organizationId: 'o-exampleorgid', period: 'this-month', since: '7d' },
    ...{
      until: '2026-11-20',
      finishedSince: '2026-11-20',
      finishedUntil: '12h',
      projectId: PROD,
      clusterName: 'orders',
    },
    targetProjectId: PROD,
  };
  test.each(Object.entries(SAMPLES))('the form of the page holds %s, and would send it back', async (name, value) => {
    const page = await (await service.get(`/?${new URLSearchParams({ [name]: value })}`)).text();
    const form = /<form [^>]*"Filter restores".*?<\/form>/s.exec(page)?.[0] ?? '';
    const fields = form.match(/<(?:input|option) [^>]*>|<select [^>]*>/g) ?? [];
    const control = fields.findIndex((tag) => tag.includes(` name="${name}"`) && !tag.includes('type="checkbox"'));
    const isText = fields[control]?.startsWith('<input') === true;
    const held = isText
      ? fields[control]
      : fields.slice(control < 0 ? 0 : control).find((tag) => / (?:checked|selected)/.test(tag));
    expect(held).toContain(` value="${value}"`);
  });

  test.each(['/', '/trends', '/exits', '/totals'])(
    '%s refuses an ambiguous name with links to the same address for each that it may stand for',
    async (path) => {
      for (const [name, value, ids] of [
        ['project', 'twin', [{ projectId: TWIN }, { projectId: TWIN_TOO }]],
        ['targetProject', 'Twin', [{ targetProjectId: TWIN }, { targetProjectId: TWIN_TOO }]],
        ['cluster', 'orders', [PROD, STAGING].map((projectId) => ({ projectId, clusterName: 'orders' }))],
      ] as const) {
        const page = await service.get(`${path}?${name}=${value}&kind=flex`, { accept: 'text/html' });
        const html = await page.text();
        const [, list = ''] = /<ul class="plain">(.*?)<\/ul>/s.exec(html) ?? [];
        const links = [...list.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
        const sent = links.map((link) => Object.fromEntries(new URL(link, service.url).searchParams));
        const rest = path === '/totals' ? { kind: 'flex', groupBy: 'project' } : { kind: 'flex' };
        expect([page.status, sent]).toEqual([409, ids.map((each) => ({ ...rest, ...each }))]);
        for (const link of links) {
          const other = await service.get(link, { accept: 'text/html' });
          expect([link.split('?')[0], other.status]).toEqual([path, 200]);
        }
      }
      const none = await service.get(`${path}?project=nothing`, { accept: 'text/html' });
      expect([none.status, await none.text()]).toEqual([400, expect.not.stringContaining('<ul class="plain">')]);
    },
  );

  test('announcements: announced, not announced, and by the id of one', async () => {
    const announcement = { expectedRestoreId: 'e'.repeat(24), by: { kind: 'user', name: 'ana' }, at: NOW } as const;
    await using own = await startService(engine);
    const [came, plain] = ['came', 'plain'].map((name) => job({ jobId: idAt('2026-11-20T10:00:00Z', name) }));
    await own.add(came as RestoreJob, plain as RestoreJob);
    await own.ledger.annotate('a'.repeat(24), came?.jobId ?? '', seen(0), () => ({ announcement, findings: [] }));
    for (const [query, expected] of [
      ['announced=true', [came]],
      ['announced=false', [plain]],
      [`expectedRestoreId=${'e'.repeat(24)}`, [came]],
      [`expectedRestoreId=${'d'.repeat(24)}`, []],
      [`expectedRestoreId=${'e'.repeat(24)}&announced=false`, []],
    ] as const) {
      const { jobs } = await own.json<JobList>(`/restore-jobs?${query}`);
      expect([query, jobs.map(({ jobId }) => jobId)]).toEqual([query, expected.map((one) => one?.jobId)]);
      const { totals } = await own.json<{ totals: { jobs: number } }>(`/summary?since=30d&${query}`);
      expect([query, totals.jobs]).toEqual([query, expected.length]);
    }
    const refused = await own.get('/restore-jobs?announced=maybe');
    expect([refused.status, await refused.json()]).toMatchObject([400, { field: 'announced' }]);
    const page = await (await own.get('/?announced=false', { accept: 'text/html' })).text();
    expect(page).toContain(`/jobs/${plain?.jobId}`);
    expect(page).not.toContain(`/jobs/${came?.jobId}`);
    expect(page).toMatch(/<option value="false" selected(="")?>Not announced/);
  });

  test('annotations: purpose, ticket and validation, without case', async () => {
    const { table } = await engine.newTable();
    const user = { kind: 'user', name: 'ana@laptop', selfDeclared: true } as const;
    const ledger = ledgerReader({ table, now: () => Date.parse(NOW) });
    await using own = await startService(engine, { ledger, annotations: { table, user } });
    const [drill, plain] = ['drill', 'plain'].map((name) => job({ jobId: idAt('2026-11-20T10:00:00Z', name) }));
    for (const one of [drill, plain]) await ledger.record(one as RestoreJob, seen(0));
    const patch = await fetch(`${own.url}/restore-jobs/${drill?.jobId}/annotation`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ purpose: 'Drill', ticket: 'OPS-1', validation: { status: 'SUCCESSFUL' } }),
    });
    expect(patch.status).toBe(200);
    for (const [query, count] of [
      ['purpose=drill', 1],
      ['purpose=refresh&purpose=drill&ticket=ops-1&validation=SUCCESSFUL,FAILED', 1],
      ['purpose=drill&validation=FAILED', 0],
      ['ticket=OPS-2', 0],
    ] as const) {
      expect([query, (await own.json<JobList>(`/restore-jobs?${query}`)).jobs.length]).toEqual([query, count]);
    }
    const { groups } = await own.json<{ groups: object[] }>('/summary?groupBy=purpose');
    expect(groups).toMatchObject([{ jobs: 1 }, { value: 'Drill', jobs: 1, filter: { purpose: 'Drill' } }]);
  });
});

describe('names', () => {
  const refused = async (query: string) => {
    const answer = await service.get(`/restore-jobs?${query}`);
    return { status: answer.status, ...((await answer.json()) as object) };
  };

  test('one of several projects is refused, with those it may stand for', async () => {
    const candidates = [TWIN, TWIN_TOO].map((projectId) => ({ projectId, projectName: 'twin' }));
    for (const field of ['project', 'targetProject']) {
      expect(await refused(`${field}=twin`)).toMatchObject({
        ...{ status: 409, type: '/problems/ambiguous-name', field, candidates },
        detail: expect.stringContaining(`${TWIN}, ${TWIN_TOO}`),
      });
    }
  });

  test('a cluster of several projects is refused; with its project, or where there is one, it is found', async () => {
    expect(await refused('cluster=orders')).toMatchObject({
      ...{ status: 409, field: 'cluster' },
      candidates: [
        { projectId: PROD, projectName: 'prod-payments', clusterName: 'orders' },
        { projectId: STAGING, projectName: 'staging', clusterName: 'orders' },
      ],
    });
    expect(await found('cluster=orders&project=staging')).toEqual(['staged']);
  });

  test('a name of nothing is refused, with those like it', async () => {
    expect(await refused('project=stagin')).toMatchObject({
      ...{ status: 400, type: '/problems/bad-parameter', field: 'project' },
      detail: expect.stringContaining('did you mean "staging"?'),
    });
    expect(await refused('cluster=orderz&project=staging')).toMatchObject({
      ...{ status: 400, field: 'cluster' },
      detail: expect.stringContaining('did you mean "orders"?'),
    });
    expect(await refused('cluster=nowhere')).toMatchObject({ status: 400, field: 'cluster' });
    expect(await refused(`orgId=${'0'.repeat(24)}`)).toMatchObject({ status: 400, field: 'orgId' });
  });

  test('a parameter that is misspelt is refused, with the one that may be meant', async () => {
    expect(await refused('requestor=ada')).toMatchObject({
      field: 'requestor',
      detail: expect.stringContaining('did you mean requester?'),
    });
    expect(await refused('elsewhere=true')).toMatchObject({
      detail: expect.stringContaining('did you mean destination=elsewhere?'),
    });
  });
});

describe('order and pages', () => {
  test('by duration, longest first; those without one last', async () => {
    expect(await found('sort=durationSeconds:desc')).toEqual(['ada', 'lone', 'bob', 'unseen', 'staged', 'taken']);
    expect(await found('sort=durationSeconds&limit=2')).toEqual(['bob', 'lone', 'ada', 'unseen', 'staged', 'taken']);
    expect(await found('sort=requestedAt&limit=2')).toEqual(await found('order=asc'));
    expect(await found('sort=clusterName:desc&requester=*')).toEqual(['bob', 'ada']);
  });

  test('every page leads to the one before it', async () => {
    for (const query of ['limit=2', 'limit=2&order=asc', 'limit=2&sort=durationSeconds', 'limit=2&source=*']) {
      const pages: JobList[] = [];
      for (let next = ''; ; ) {
        const page: JobList = await service.json(`/restore-jobs?${query}${next}`);
        pages.push(page);
        if (page.cursor === undefined) break;
        next = `&cursor=${page.cursor}`;
      }
      expect(pages[0]).not.toHaveProperty('previous');
      for (let n = pages.length - 1; n > 0; n--) {
        const before: JobList = await service.json(`/restore-jobs?${query}&before=${pages[n]?.previous}`);
        expect(before.jobs).toEqual(pages[n - 1]?.jobs);
      }
      const last = await service.get(`/restore-jobs?${query}&before=${pages[1]?.previous}`);
      expect(last.headers.get('link')).toMatch(/^<[^>]*[?&]cursor=[^&>]+>; rel="next"/);
    }
  });

  test('a cursor holds while an age moves on, and not for another age', async () => {
    let now = Date.parse(NOW);
    await using own = await startService(engine, { now: () => now });
    await own.add(...[1, 2, 3].map((n) => job({ jobId: idAt('2026-11-20T10:00:00Z', n) })));
    const first = await own.json<JobList>('/restore-jobs?since=30d&limit=1');
    now += 60_000;
    const second = await own.json<JobList>(`/restore-jobs?since=30d&limit=1&cursor=${first.cursor}`);
    expect(second.jobs).toHaveLength(1);
    expect(second.jobs[0]?.jobId).not.toBe(first.jobs[0]?.jobId);
    expect((await own.get(`/restore-jobs?since=29d&limit=1&cursor=${first.cursor}`)).status).toBe(400);
  });
});

describe('a whole result', () => {
  const many = Array.from({ length: 450 }, (_, n) =>
    job({ jobId: idAt('2026-11-20T10:00:00Z', n), errorMessage: 'x'.repeat(9_000) }),
  );
  let own: Service;
  beforeAll(async () => {
    own = await startService(engine);
    for (let at = 0; at < many.length; at += 50) await own.add(...many.slice(at, at + 50));
  });
  afterAll(() => own[Symbol.asyncDispose]());
  const sorted = many
    .map(({ jobId }) => jobId)
    .sort()
    .reverse();

  test('comes as one answer, in CSV and JSON lines', async () => {
    const lines = (await (await own.get('/restore-jobs?limit=all&format=ndjson')).text()).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as JobSummary).jobId)).toEqual(sorted);
    const csv = await own.get('/restore-jobs?limit=all&format=csv&bom=true&delivery=automated');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="jobs.csv"');
    const rows = Buffer.from(await csv.arrayBuffer())
      .toString()
      .trimEnd()
      .split('\r\n');
    expect(rows[0]?.startsWith('\ufeffprojectId,')).toBe(true);
    expect(rows.length).toBe(451);
  });

  test('that the ledger breaks off ends in an error, not in what looks like its end', async () => {
    const { ledger } = own;
    let pages = 0;
    const broken = {
      ...ledger,
      jobs: (query: Parameters<typeof ledger.jobs>[0]) =>
        ++pages > 1 ? Promise.reject(new Error('gone')) : ledger.jobs(query),
    };
    await using failing = await startService(engine, { ledger: broken });
    const text = async () => (await failing.get('/restore-jobs?limit=all&format=ndjson')).text();
    await expect(text()).rejects.toThrow();
    expect(pages).toBe(2);
  });

  test('is cut where Lambda’s answers are, and says so in its name and its link', async () => {
    const large = job({ errorMessage: 'y'.repeat(100_000) });
    const ledger = {
      ...own.ledger,
      jobs: async ({ cursor = '0' }: { cursor?: string }) => ({
        items: Array.from(
          { length: 10 },
          (_, n) => ({ ...large, jobId: idAt('2026-11-20T10:00:00Z', `${cursor}/${n}`) }) as never,
        ),
        ...(Number(cursor) < 12 ? { cursor: String(Number(cursor) + 1) } : {}),
      }),
    };
    const handler = gatewayHandler(apiApp({ ...own.ports, ledger }));
    let rows = 0;
    let parts = 0;
    for (let query: string | undefined = 'limit=all&format=csv'; query !== undefined; parts++) {
      const { headers = {}, body = '' } = await handler(eventOf(`/restore-jobs?${query}`));
      expect(JSON.stringify(body).length).toBeLessThan(6_000_000);
      rows += body.trimEnd().split('\r\n').length - 1;
      const next = /<([^>]*)>; rel="next"/.exec(String(headers.link ?? ''))?.[1];
      const name = next ? 'jobs-part.csv' : 'jobs-last-part.csv';
      expect(headers['content-disposition']).toBe(`attachment; filename="${name}"`);
      query = next === undefined ? undefined : new URL(next).search.slice(1);
    }
    expect(parts).toBeGreaterThan(2);
    expect(rows).toBe(130);
  });
});

const word = (words: readonly string[]) => fc.subarray([...words], { minLength: 1 }).map((some) => some.join(','));
const free = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
  .filter((text) => text.trim() !== '' && !text.includes('\n'));
const ages = fc.constantFrom('7d', '12h', '2026-11-01', '2026-11-10T12:00:00+02:00', '30m', '2w');
const anyFilter = fc.record(
  Object.fromEntries(
    Object.entries(JOB_FILTERS).map(([name, parameter]): [string, fc.Arbitrary<string>] => {
      if ('words' in parameter && parameter.words) return [name, word(parameter.words)];
      if (/^(since|until|finished)/.test(name)) return [name, ages];
      if (name === 'period') return [name, fc.constantFrom('7d', 'last-month', 'this-quarter')];
      if (name === 'open' || name === 'announced') return [name, fc.constantFrom('true', 'false')];
      if (name === 'accountId') return [name, fc.constant('123456789012')];
      if (name === 'organizationId') return [name, fc.constant('o-aaaaaaaaaa')];
      if (name === 'tag') return [name, fc.constantFrom('env=prod', 'env=*', 'team=a, b')];
      if (/Id$/.test(name)) return [name, fc.constant(PROD)];
      return [name, free];
    }),
  ),
  { requiredKeys: [] },
);
/** A few at once: most others contradict each other. */
const someFilters = fc
  .tuple(anyFilter, fc.subarray(Object.keys(JOB_FILTERS), { minLength: 1, maxLength: 5 }))
  .map(([filters, names]) => Object.entries(filters).filter(([name]) => names.includes(name)) as [string, string][]);

test('what the API accepts, the page does, and its links ask for the same', () => {
  const now = Date.parse(NOW);
  const read = (sent: URLSearchParams) => {
    try {
      return jobsQuery(sent, now);
    } catch {
      return undefined;
    }
  };
  let accepted = 0;
  fc.assert(
    fc.property(someFilters, (filters) => {
      const sent = new URLSearchParams(filters);
      const asked = read(sent);
      if (!asked) return;
      accepted += 1;
      const page = readAsked(sent, now);
      expect(page.problem).toBeUndefined();
      expect(page.asked).toEqual(asked);
      const again = new URL(`http://a.test/?${page.parameters}`).searchParams;
      expect(read(again)).toEqual(asked);
    }),
    { numRuns: 500 },
  );
  expect(accepted).toBeGreaterThan(100);
});
