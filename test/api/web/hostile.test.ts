// Names and messages come from outside. Whatever they hold, a page has the same elements and attributes as with harmless ones.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PagePorts } from '../../../functions/api/web/answers/ports.ts';
import { FILTERS, JOBS_A_PAGE } from '../../../functions/api/web/parts/job-filter.ts';
import { pageRoutes } from '../../../functions/api/web/routes.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import {
  DELIVERIES,
  DESTINATIONS,
  GRADES,
  KINDS,
  NO_REQUESTER,
  RULES,
  STATUSES,
  VALIDATION_STATUSES,
} from '../../../functions/schema/words.ts';
import { visible } from '../../../functions/views/html/text.ts';
import { completed, idAt, job } from '../../ledger/jobs.ts';
import { unescaped } from './site.ts';
import { coverages, NOW } from './world.ts';

const JOB_ID = idAt('2026-11-20T10:00:00Z');
const PATHS = [
  ...['/', '/?status=COMPLETED', `/jobs/${JOB_ID}`, '/clusters', `/clusters?projectId=${job().projectId}`],
  ...['/trends', '/trends?by=rule&period=365d', '/requesters', '/exits', '/totals?groupBy=cluster', '/expected'],
];

/** Every text of the ledger that comes from outside is `text`. */
function ledgerOf(text: string): PagePorts['ledger'] {
  const about = {
    projectName: text,
    clusterName: text,
    targetClusterName: `${text}!`,
    errorMessage: text,
    sourceStatus: text,
  };
  const parts = { ...about, clusterId: text, snapshotId: text, targetProjectId: 'e'.repeat(24) };
  const at = '2026-11-20T10:05:00.000Z';
  const change = { revision: 2, at, runId: 'f'.repeat(24), status: 'COMPLETED' as const, previous: text, state: text };
  const actor = { kind: 'delegated' as const, id: text, name: text, via: text };
  const requester = { actor, grade: 'weak' as const, points: 10, eventId: text, eventType: text, rivals: 1 };
  const one: LedgerJob = {
    ...completed(job({ jobId: JOB_ID, ...parts })),
    ...{ revision: 5, firstSeenAt: change.at, changedAt: change.at, observedAt: change.at, fingerprint: '' },
    requester,
    findings: [
      { rule: 'slow', severity: 'info', at, why: text },
      { rule: 'own-credential', severity: 'critical', at, why: text },
    ],
    atlas: { x: text },
    atlasOmitted: { [`omitted ${text}`]: '' },
    changes: [
      { ...change, revision: 1, status: 'RUNNING', fields: {} },
      {
        ...change,
        fields: { clusterName: { from: `from ${text}`, to: [text] }, finishedAt: { to: text } },
        atlas: [text],
      },
      {
        ...change,
        revision: 3,
        fields: { requester: { from: { reason: text }, to: requester }, findings: { from: [text], to: ['slow'] } },
      },
      { ...change, revision: 4, fields: { requester: { from: [text], to: { actor: text } }, findings: { to: text } } },
    ],
  };
  const error = { code: text, message: text, since: change.at };
  const [first] = coverages();
  const hostile = {
    ...(first ?? { projectId: '', revision: 1, runId: '' }),
    projectName: text,
    attribution: { error },
    discovery: { dedicated: { attemptedAt: change.at, error } },
    clusters: Object.fromEntries(
      Object.entries(first?.clusters ?? {}).map(([key, cluster]) => [
        key,
        {
          ...cluster,
          clusterName: text,
          lists: { dedicated: { attemptedAt: change.at, jobs: 1, open: 0, moving: 0, error } },
        },
      ]),
    ),
  };
  const run = {
    runId: 'f'.repeat(24),
    trigger: 'schedule',
    scope: {},
    full: false,
    startedAt: change.at,
    status: 'failed',
    failures: [{ what: text, code: text, message: text }],
  } as const;
  const by = { kind: 'user' as const, name: text };
  const expected = {
    ...{ expectedRestoreId: 'd'.repeat(24), projectId: hostile.projectId, projectName: text, clusterName: text },
    ...{ targetProjectId: 'e'.repeat(24), targetClusterName: text, requester: text, purpose: text, ticket: text },
    ...{ from: at, until: '2026-11-21T00:00:00.000Z', restores: 1, by, at, jobs: [], revision: 1 },
    withdrawn: { by, at },
  };
  const facts = { projectId: hostile.projectId, projectName: hostile.projectName, coverage: hostile };
  const names = new Map([[hostile.projectId, hostile.projectName]]);
  const runs = { items: [{ ...run, failures: [...run.failures] }] };
  return {
    overview: async () => ({ jobs: { items: [one], cursor: 'next' }, runs, counts: new Map(), names }),
    job: async () => one,
    jobs: async ({ limit }) => ({ items: [one], ...(limit === JOBS_A_PAGE ? { cursor: 'next' } : {}) }),
    indexedJobs: async () => ({ items: [one] }),
    lookAtJobs: async () => ({ items: [one] }),
    lookAtDays: async () => ({ items: [one], counts: new Map() }),
    newestJobs: async () => ({ items: [one] }),
    projectFacts: async () => [],
    jobsAt: async () => [one],
    dayCounts: async () => new Map(),
    coverage: async () => hostile,
    projects: async function* () {
      yield facts;
    },
    projectRecord: async () => ({ ...facts, archived: [] }),
    listedProjects: async () => names,
    projectNames: async () => names,
    expectedPage: async () => ({ items: [expected], cursor: 'next' }),
    expectedRestore: async () => expected,
    runs: async () => runs,
    run: async () => undefined,
    scope: async () => undefined,
  };
}

async function render(path: string, text: string): Promise<string> {
  const answer = await pageRoutes({ ledger: ledgerOf(text), log: silentLog, now: () => NOW }).request(path);
  expect(answer.status).toBe(200);
  return answer.text();
}

const TAG = /<\/?[a-z][a-z0-9]*(?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*\s*\/?>|<!doctype html>/g;
/** Its tags with the names of their attributes; what isn't between tags must hold no markup. */
function skeleton(page: string): string[] {
  expect(page.replace(TAG, '')).not.toMatch(/[<>]/);
  return (page.match(TAG) ?? []).map((tag) => tag.replace(/="[^"]*"/g, ''));
}

const NASTY = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></textarea></style><svg onload=alert(1)>',
  '<!--',
  ']]>',
  '&lt;script&gt;',
  'javascript:alert(1)',
  'abc\u202Egnp.exe',
  '\u0000\u0007\u001b[31m\u2028',
  '\ud800 lone',
  '👩‍👩‍👧‍👦🏴‍☠️',
  '  ',
  '{{x}} <%= x %>',
  '/../..//evil.example/?a=b&c=d#e',
];
const text = fc
  .oneof(
    fc.constantFrom(...NASTY),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc
      .array(fc.constantFrom(...NASTY, '<', '>', '"', "'", '&', '`', '=', ' '), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('')),
  )
  .filter((it) => it.length <= 150);

describe('hostile text', () => {
  test.each(PATHS)('never becomes markup on %s', async (path) => {
    const harmless = skeleton(await render(path, 'name'));
    await fc.assert(
      fc.asyncProperty(text, async (hostile) => {
        expect(skeleton(await render(path, hostile))).toEqual(harmless);
      }),
      { numRuns: 150 },
    );
  });

  test('in the address never becomes markup either', async () => {
    const harmless = skeleton(await (await request('/', 'name')).text());
    await fc.assert(
      fc.asyncProperty(
        text.filter((it) => it.trim() !== ''),
        async (hostile) => {
          const answer = await request('/', hostile);
          expect(answer.status).toBe(200);
          expect(skeleton(await answer.text())).toEqual(harmless);
          for (const filter of FILTERS) skeleton(await (await requestWith({ [filter]: hostile })).text());
        },
      ),
      { numRuns: 100 },
    );
  });

  test('shows what would hide or turn the text around it', () => {
    expect(visible('abc\u202Egnp.exe')).toBe('abc‹U+202E›gnp.exe');
    expect(visible('a\u200bb\u0000c\nd')).toBe('a‹U+200B›b‹U+0000›c d');
    expect(visible('👩‍👩‍👧')).toBe('👩‍👩‍👧');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => !/[\p{Cc}\p{Bidi_Control}]/u.test(visible(any))));
  });

  test('of 500 characters is cut in lists, and whole on its own page', async () => {
    const long = `${'x'.repeat(250)}${'😀'.repeat(125)}`;
    expect(await render('/', long)).not.toContain('x'.repeat(65));
    expect(await render(`/jobs/${JOB_ID}`, long)).toContain(`${'x'.repeat(250)}${'😀'.repeat(125)}`);
  });

  test('a fifty-row page of such names stays small enough to send', async () => {
    expect(Buffer.byteLength(await render('/', '😀'.repeat(200)))).toBeLessThan(40_000);
  });
});

const app = () => pageRoutes({ ledger: ledgerOf('name'), log: silentLog, now: () => NOW });
const requestWith = (filters: Record<string, string>) => app().request(`/?${new URLSearchParams(filters)}`);
const request = (_: '/', clusterName: string) => requestWith({ projectId: 'a'.repeat(24), clusterName });

test('the form shows the filters of its address, and sends the same ones back', async () => {
  const id = fc.constantFrom('a'.repeat(24), 'b'.repeat(24), 'd'.repeat(24));
  const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-11-${String(n).padStart(2, '0')}`);
  const filters = fc
    .record(
      {
        status: fc.subarray([...STATUSES], { minLength: 1 }),
        projectId: id,
        clusterName: fc.constantFrom('orders', 'a "quoted" & <odd> one', 'ü'),
        kind: fc.subarray([...KINDS], { minLength: 1 }),
        delivery: fc.subarray([...DELIVERIES], { minLength: 1 }),
        targetProjectId: id,
        snapshotId: id,
        finding: fc.subarray([...RULES], { minLength: 1 }),
        source: fc.constantFrom(['prod-*'], ['a, b', '"x" & <y>']),
        requester: fc.constantFrom(['*@example.com'], ['ada', 'Ada, "B"']),
        destination: fc.subarray([...DESTINATIONS], { minLength: 1 }),
        grade: fc.subarray([...GRADES, ...NO_REQUESTER], { minLength: 1 }),
        validation: fc.subarray([...VALIDATION_STATUSES], { minLength: 1 }),
        finishedSince: day,
        since: fc.oneof(day, fc.constant('2026-10-01T12:00:05.5Z'), fc.constant('2026-10-01T12:00:00+02:00')),
        until: fc.constant('2026-12-01'),
        order: fc.constant('asc'),
      },
      { requiredKeys: ['projectId'] },
    )
    .map((parts) =>
      Object.entries(parts).flatMap(([key, value]) => [value].flat().map((one): [string, string] => [key, one])),
    );
  await fc.assert(
    fc.asyncProperty(filters, async (asked) => {
      const answer = await app().request(`/?${new URLSearchParams(asked)}`);
      expect(answer.status).toBe(200);
      expect(sentBy(await answer.text()).sort()).toEqual(asked.sort());
    }),
    { numRuns: 100 },
  );
});

/** What a browser would send for the form as it stands, less what is empty. */
function sentBy(page: string): [string, string][] {
  const form = /<form [^>]*"Filter restores".*?<\/form>/s.exec(page)?.[0] ?? '';
  const attribute = (tag: string, name: string) => unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
  const inputs = [...form.matchAll(/<input [^>]*>/g)].flatMap(([tag]): [string, string][] =>
    tag.includes('type="checkbox"') && !tag.includes(' checked')
      ? []
      : [[attribute(tag, 'name'), attribute(tag, 'value')]],
  );
  const selects = [...form.matchAll(/<select .*?<\/select>/gs)].map(([select]): [string, string] => {
    const options = select.match(/<option [^>]*>/g) ?? [];
    const chosen = options.find((option) => option.includes(' selected')) ?? options[0] ?? '';
    return [attribute(select, 'name'), attribute(chosen, 'value')];
  });
  // Fifty a page are the default, which leaves the address again.
  return [...inputs, ...selects].filter(([name, value]) => value !== '' && !(name === 'limit' && value === '50'));
}
