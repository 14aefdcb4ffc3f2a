import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PagePorts } from '../../../functions/api/web/answers/ports.ts';
import { requesterCell } from '../../../functions/api/web/parts/requester-part.ts';
import { reasonAtLength } from '../../../functions/api/web/parts/requester-text.ts';
import { pageRoutes } from '../../../functions/api/web/routes.ts';
import { countCoverage } from '../../../functions/collector/evaluate/count-coverage.ts';
import type { ProjectCoverage } from '../../../functions/ledger/model/coverage.ts';
import { LedgerError } from '../../../functions/ledger/model/errors.ts';
import type { JobSummary } from '../../../functions/ledger/model/ledger.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import type { Grade } from '../../../functions/schema/words.ts';
import { testEngine } from '../../ledger/engines.ts';
import { job } from '../../ledger/jobs.ts';
import { hrefs, jobIds, type Site, startSite, textOf } from './site.ts';
import { coverages, jobsOf, NOW, PROJECTS } from './world.ts';

const engine = testEngine();
let empty: Site;
let many: Site;

beforeAll(async () => {
  empty = await startSite(engine);
  many = await startSite(engine, { jobs: jobsOf(230) });
});
afterAll(async () => {
  await empty?.[Symbol.asyncDispose]();
  await many?.[Symbol.asyncDispose]();
});

const anyJob = async (site: Site, path = '/') => {
  const [id = ''] = jobIds(await site.get(path));
  return `/jobs/${id}`;
};

describe('every page', () => {
  test('comes with a policy that lets it load from here only, and be framed by nobody', async () => {
    for (const path of ['/', '/?status=FAILED', '/?kind=x', '/clusters', '/jobs/x', await anyJob(many)]) {
      const { headers } = await many.fetch(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('content-type')).toBe('text/html; charset=UTF-8');
    }
  });

  test('has no inline style or script, and no address elsewhere', async () => {
    for (const path of ['/', '/?status=FAILED', '/clusters', await anyJob(many)]) {
      const page = await many.get(path);
      expect(page).not.toMatch(/<style|<script>| style=| on\w+=/);
      expect(hrefs(page, /^(?![/#])/)).toEqual([]);
    }
  });

  test('takes its style, script and icon from addresses that change with their content', async () => {
    const page = await many.get('/');
    const files = [...page.matchAll(/(?:href|src)="(\/page-[0-9a-f]{12}\.\w+)"/g)].map(([, path = '']) => path);
    expect(files.map((path) => path.slice(-3)).sort()).toEqual(['.js', 'css', 'svg']);
    for (const path of files) {
      const answer = await many.fetch(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('the restores', () => {
  test('with fifty of them the page stays under 110 KB', async () => {
    const page = await many.get('/');
    expect(jobIds(page)).toHaveLength(50);
    expect(Buffer.byteLength(page)).toBeLessThan(110_000);
  });

  test('can be walked to the end, each shown once, newest first, and back to the start', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/';
    for (let pages = 0; path !== undefined; pages++) {
      expect(pages).toBeLessThan(10);
      const page: string = await many.get(path);
      seen.push(...jobIds(page));
      if (path !== '/') expect(textOf(page)).toContain('Back to the newest');
      path = page.includes('rel="next"') ? hrefs(page, /cursor=/).find((href) => href.startsWith('/?')) : undefined;
    }
    expect(seen).toEqual(jobsOf(230).map(({ jobId }) => jobId));
  });

  test('a form with empty fields leads to the short address, which names what was asked for', async () => {
    const answer = await many.fetch('/?projectId=&clusterName=+&status=FAILED&status=RUNNING&kind=&order=desc&utm=1');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/?status=FAILED&status=RUNNING']);
  });

  test('filters are those of GET /restore-jobs, and the data links give exactly what is shown', async () => {
    const all = new Set(jobsOf(230).map(({ jobId }) => jobId));
    for (const path of [
      '/',
      '/?status=FAILED&status=READY&order=asc',
      `/?projectId=${PROJECTS[1].projectId}&clusterName=events&since=2026-10-01`,
    ]) {
      const page = await many.get(path);
      const offered = hrefs(page, /^\/restore-jobs\?/);
      const links = offered.filter((link) => !link.includes('limit=all'));
      expect(links.map((link) => new URLSearchParams(link.split('?')[1]).get('format'))).toEqual([
        'csv',
        'json',
        'ndjson',
      ]);
      for (const link of links) {
        const answer = await many.fetch(link);
        expect(answer.status).toBe(200);
        const ids = (await answer.text()).match(/[0-9a-f]{24}/g) ?? [];
        expect(ids.filter((id) => all.has(id))).toEqual(jobIds(page));
      }
      expect(jobIds(page).length).toBeGreaterThan(0);
    }
  });

  test('a filter that cannot be used is named beside its field, with status 400', async () => {
    for (const [path, id, text] of [
      ['/?clusterName=orders', 'clusterName', 'Choose the project too'],
      ['/?kind=atlas', 'kind', 'Expected some of dedicated, flex'],
      ['/?since=yesterday', 'since', 'Expected a day'],
      ['/?since=2026-02-30', 'since', 'got "2026-02-30"'],
      ['/?until=2026-11-23T24:00Z', 'until', 'got "2026-11-23T24:00Z"'],
      ['/?open=true&status=FAILED', 'open', 'not both'],
      ['/?projectId=%3Cscript%3E', 'projectId', 'Expected 24 hex digits'],
    ] as const) {
      const answer = await many.fetch(path);
      const page = await answer.text();
      expect(answer.status).toBe(400);
      // A group of boxes can't be invalid: it is described by what is wrong.
      const invalid = id === 'kind' ? '' : ' aria-invalid="true"';
      expect(page).toMatch(new RegExp(`id="f-${id}"[^>]*${invalid} aria-describedby="e-${id}"`));
      expect(textOf(page)).toContain(text);
      expect(jobIds(page)).toEqual([]);
    }
  });

  test('a day that the calendar does not have stays to be seen in its field', async () => {
    expect(await many.get('/?since=2026-02-30')).toMatch(/<input type="text" id="f-since"[^>]* value="2026-02-30"/);
    expect(await many.get('/?since=2026-02-28')).toMatch(/<input type="date" id="f-since"[^>]* value="2026-02-28"/);
  });

  test('a cursor of another search is refused in words', async () => {
    const [next = ''] = hrefs(await many.get('/'), /cursor=/);
    for (const path of [`${next}&status=FAILED`, '/?cursor=x', '/?limit=0']) {
      const answer = await many.fetch(path);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('This address can’t be used');
    }
  });

  test('the headline counts what the ledger holds', async () => {
    const text = textOf(await many.get('/'));
    const jobs = jobsOf(230);
    const recent = jobs.filter(({ requestedAt }) => requestedAt >= '2026-10-25');
    expect(text).toContain(`Restores ${recent.length} in 30 days`);
    expect(text).toContain(`Failed ${recent.filter(({ status }) => status === 'FAILED').length} in 30 days`);
    expect(text).toMatch(
      new RegExp(`Found in 30 days .*Download ${recent.filter(({ delivery }) => delivery === 'download').length} `),
    );
    expect(text).toContain('Drills overdue 1 of 7 expected, 1 not known');
    expect(text).toContain(
      `Open ${jobs.filter(({ status }) => status === 'RUNNING' || status === 'READY').length} now`,
    );
    expect(text).toContain('Clusters covered 3 of 7 backed up');
    expect(text).toContain('Need attention 5 failing, late or never read');
    expect(text).toContain('Last run Incomplete 4 min ago');
  });

  test('the picture is for the eye alone: its numbers are in words, and in a table that adds up', async () => {
    const page = await many.get('/');
    expect(page).toMatch(
      /<figure class="chart small"><figcaption class="hidden">\d+ restores: .*The same numbers follow as a table/,
    );
    const rows = [
      ...page.matchAll(/\/\?since=(\d{4}-\d\d-\d\d)&amp;until=\S+">\1<\/a><\/th>((?:<td class="r">[\d,]+<\/td>)+)/g),
    ];
    const numbers = rows.map(([, , cells = '']) => [...cells.matchAll(/>([\d,]+)</g)].map(([, n]) => Number(n)));
    expect(numbers.length).toBeGreaterThan(20);
    for (const counts of numbers) expect(counts.slice(0, -1).reduce((a, b) => a + b)).toBe(counts.at(-1));
    const total = numbers.reduce((sum, counts) => sum + (counts.at(-1) ?? 0), 0);
    expect(page).toContain(`<figcaption class="hidden">${total} restores: `);
  });
});

describe('without restores', () => {
  test('the page says how to collect', async () => {
    const text = textOf(await empty.get('/'));
    expect(text).toContain('Nothing has been collected yet');
    expect(text).toContain('restore-ledger collect');
    expect(textOf(await empty.get('/clusters'))).toContain('No cluster is known yet');
  });

  test('but with coverage, it says that Atlas lists none', async () => {
    await using site = await startSite(engine, { coverages: coverages(true) });
    expect(textOf(await site.get('/'))).toContain('7 clusters in 3 projects were read, and Atlas lists no restore job');
    expect(textOf(await site.get('/clusters'))).toContain('Nothing needs attention');
  });

  test('that fit a filter, it says so and leads back', async () => {
    const page = await many.get('/?kind=serverless');
    expect(textOf(page)).toContain('No matching restores');
    expect(hrefs(page, /^\/$/).length).toBeGreaterThan(0);
  });
});

describe('a restore', () => {
  test('shows from where to where, when, how, and its history', async () => {
    const text = textOf(await many.get(await anyJob(many, '/?status=FAILED&delivery=automated')));
    expect(text).toMatch(/Restore of \w+ Failed/);
    expect(text).toContain('not enough disk on the target cluster');
    expect(text).toMatch(/Took \d+ min \d\d s/);
    expect(text).toMatch(/old when the restore was requested/);
    expect(text).toMatch(/Requested .* First seen, running .* Failed .* status running → became failed/);
    expect(text).toContain('"desiredTimestamp"');
  });

  test('shows no delivery URL, should the store hold one', async () => {
    const deliveryUrl = ['https://restore.example/secret.tar.gz'];
    await using site = await startSite(engine, { jobs: [job({ atlas: { ...job().atlas, deliveryUrl } })] });
    const page = await site.get(`/jobs/${job().jobId}`);
    expect(page).toContain('desiredTimestamp');
    expect(page).not.toContain('restore.example');
  });

  test('to another project names it', async () => {
    const text = textOf(
      await many.get(await anyJob(many, `/?targetProjectId=${PROJECTS[2].projectId}&delivery=automated`)),
    );
    expect(text).toMatch(/orders-test other project: staging/);
  });

  test('that Atlas no longer lists says so', async () => {
    await using site = await startSite(engine, { jobs: [job()] });
    const { jobId, projectId } = job();
    await site.ledger.markVanished(projectId, jobId, { runId: 'a'.repeat(24), observedAt: '2026-11-22T10:00:00.000Z' });
    site.requests();
    const text = textOf(await site.get(`/jobs/${jobId}`));
    expect(site.requests()).toEqual({ Query: 1, GetItem: 2 });
    expect(text).toContain('No longer listed by Atlas since 2026-11-22 10:00:00 UTC');
  });

  test('that is not there answers 404, whatever its id looks like', async () => {
    for (const id of ['x', '0'.repeat(24), '%3Cscript%3E', '..%2f..', `${'a'.repeat(23)}Z`, '%00']) {
      const answer = await many.fetch(`/jobs/${id}`);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain('No such restore');
    }
  });
});

describe('who requested a restore', () => {
  /** The words of the rows of a list, without the table's head. */
  const rowsOf = (page: string) =>
    [...page.matchAll(/<tr role="row"><th role="rowheader".*?<\/tr>/gs)].map(([row]) => textOf(row));
  const requestedBy = (job: Partial<JobSummary>) =>
    textOf(String(requesterCell({ jobId: 'a'.repeat(24), kind: 'flex', ...job })));

  test('is in the list with how sure that is, in words; where nobody is known, why', async () => {
    const rows = rowsOf(await many.get('/'));
    const expected = [
      'not known yet',
      'ana@example.com strong match. Id and time fit, and anything else is unlikely. Same process, id counter 4 ahead, same second, no other candidate.',
      'abcdefgh API key · strong match. Id and time fit, and anything else is unlikely. Same process, id counter 5 ahead, 1 second later, 1 other candidate.',
      'ana@example.com exact match. Id and time leave practically no other choice. Same process, id counter 4 ahead, same second, no other candidate.',
      'probably ben@example.com Through Backup Portal · likely match. Only the time ties it to this restore: no proof. Other process, 2 seconds later, no other candidate.',
      'several actors fit',
      'perhaps MongoDB staff weak match. A hint and no more: don’t act on it alone. Other process, 6 seconds later, 2 other candidates.',
      'no event fits',
      'events not readable',
      'not looked for yet',
    ];
    for (const [i, words] of expected.entries()) expect(rows[i]).toContain(` ${words} `);
  });

  test('is never named anywhere without the grade', async () => {
    const grades = { exact: '', strong: '', likely: 'probably ', weak: 'perhaps ' } as const;
    for (const [grade, hedge] of Object.entries(grades) as [Grade, string][]) {
      const requester = { actor: { kind: 'user' as const, name: 'ana' }, grade, points: 1, eventType: 'x', rivals: 0 };
      expect(requestedBy({ requester }).trim()).toMatch(new RegExp(`^${hedge}ana ${grade} match`));
    }
    // A grade of a later version counts as little as can be.
    const requester = {
      actor: { kind: 'user' as const, name: 'ana' },
      grade: 'sure' as Grade,
      points: 1,
      eventType: 'x',
    };
    expect(requestedBy({ requester: { ...requester, rivals: 0 } }).trim()).toMatch(/^perhaps ana sure match/);
  });

  const blockOf = async (n: number) => {
    const page = await many.get(`/jobs/${jobsOf(230)[n]?.jobId}`);
    return textOf(/<section class="card" id="asked".*?<\/section>/s.exec(page)?.[0] ?? '');
  };

  test('is explained on its page: what ties the event to the restore, and what that is worth', async () => {
    expect(await blockOf(1)).toMatch(
      /Requested by strong match 89 of 100 points ana@example.com User The process of Atlas that numbered this restore wrote the event too, 4 numbers further on and in the same second. Nothing else was possible. Id and time fit, and anything else is unlikely. Event CPS_RESTORE_REQUESTED_AUDIT Atlas writes the same one for the export of a snapshot Event id e+ User id 1+ From where Atlas recorded no address/,
    );
    expect(await blockOf(2)).toContain('1 second later. 1 other event or job was possible.');
    expect(await blockOf(3)).not.toContain('export of a snapshot');
    expect(await blockOf(4)).toContain('probably ben@example.com Through Backup Portal Another process of Atlas wrote');
  });

  test('is not named on its page where nobody is known, and the page says why', async () => {
    const why = [
      [0, 'too early to say'],
      [5, 'Several events fit, of different actors, so nobody is named. 3 other events or jobs'],
      [7, 'were read, and none of them fits'],
      [8, 'could not be read (ATLAS_FORBIDDEN). To read them, the credentials need the role Project Read Only'],
      [9, 'Nobody has looked yet'],
    ] as const;
    for (const [n, words] of why) {
      const block = await blockOf(n);
      expect(block).toContain('Requested by Not known');
      expect(block).toContain(words);
      expect(block).not.toMatch(/@|points|address/);
    }
    const none = { requester: { reason: 'none' as const } };
    expect(requestedBy({ ...none, kind: 'serverless' })).toContain('Atlas writes no event');
    expect(reasonAtLength({ ...none, kind: 'collection' })).toContain('Atlas writes no event');
    expect(reasonAtLength({ ...none, kind: 'flex' })).toContain('none of them fits');
  });

  test('is in the history, as is what was found', async () => {
    const [, , , one] = jobsOf(230);
    const text = textOf(await many.get(`/jobs/${one?.jobId}`));
    expect(text).toContain('First seen, running');
    expect(text).toContain('Found: Other project');
    expect(text).toMatch(
      /Requester looked up .* requester nobody: not known yet → became ana@example.com \(exact match\)/,
    );
  });
});

describe('what is found', () => {
  test('is marked in the list by a word for its severity and one for the rule, the most severe first', async () => {
    const page = await many.get('/?finding=protected-target');
    expect(jobIds(page).length).toBeGreaterThan(0);
    expect(page).toMatch(
      /<ul class="finds"><li><span class="mark bad"><svg class="i" aria-hidden="true"><use href="#urgent"\/><\/svg><span class="hidden">Critical: <\/span>Protected target/,
    );
    expect(textOf(page)).toContain('Remove the filter Finding: Protected target');
    const slow = jobIds(await many.get('/?finding=slow'));
    const { jobs } = (await (await many.fetch('/restore-jobs?finding=slow')).json()) as { jobs: JobSummary[] };
    expect(slow).toEqual(jobs.map(({ jobId }) => jobId));
    expect((await many.fetch('/?finding=fast')).status).toBe(400);
  });

  test('is on the page of the restore with why and when, and leads to others like it', async () => {
    const path = await anyJob(many, '/?finding=cross-project');
    const page = await many.get(path);
    expect(textOf(page)).toMatch(
      /Findings Warning: Other project The target cluster orders-test is in project staging, while the backup is of project [\w-]+\. Warning, found 2026-\d\d-\d\d \d\d:\d\d:\d\d UTC · others like it/,
    );
    expect(hrefs(page, /finding=/)).toEqual(['/?finding=cross-project']);
    const clean = await many.get(`/jobs/${jobsOf(230)[1]?.jobId}`);
    expect(clean).not.toContain('id="findings"');
  });

  test('in the last days is counted on the overview, and each count leads to those restores', async () => {
    const page = await many.get('/');
    const recent = hrefs(page, /^\/\?finding=/);
    expect(recent.length).toBeGreaterThan(3);
    for (const href of recent) {
      const rule = new URLSearchParams(href.slice(2)).get('finding') ?? '';
      const { jobs } = (await (await many.fetch(`/restore-jobs${href.slice(1)}&limit=200`)).json()) as {
        jobs: object[];
      };
      expect([rule, page]).toEqual([
        rule,
        expect.stringMatching(new RegExp(`finding=${rule}[^>]*>[^<]*<strong>${jobs.length}<`)),
      ]);
    }
    expect(textOf(page)).toMatch(/With findings \d+ \d+ critical/);
  });

  test('by a run is shown with how much of it was old', async () => {
    expect(textOf(await many.get('/clusters'))).toContain(
      '2 new restores (1 had ended long before), 1 changed, 3 findings, 2 clusters failed.',
    );
  });
});

describe('the clusters', () => {
  test('whose drill is overdue are listed, the longest first, and every cluster says what its last restore measured', async () => {
    const page = await many.get('/clusters');
    const text = textOf(page);
    expect(text).toContain('1 of 7 restore drills known to be overdue');
    // One of its lists holds what was not understood, which may be a restore.
    expect(text).toContain('For 1 cluster it is not known whether the drill is overdue');
    expect(text).toMatch(/ledger-eu payments-prod Overdue since 2026-10-24 , every 365 days never – –/);
    expect(text).toMatch(
      /orders Dedicated, Collection Up to date proven to 2026-11-23 03:00 14 26 h ago 12 min 30 s 6 h 00 min 2027-02-20 every 90 days/,
    );
    expect(text).toContain('Not covered 2026-11-11');
    await using healthy = await startSite(engine, { coverages: coverages(true) });
    expect(textOf(await healthy.get('/clusters'))).toContain('None of 7 restore drills overdue');
  });

  test('a project whose events can’t be read needs attention', async () => {
    const [one] = coverages(true);
    const error = { code: 'ATLAS_FORBIDDEN', message: 'GET events answered 403', since: '2026-11-22T12:00:00.000Z' };
    await using site = await startSite(engine, {
      coverages: [{ ...(one as ProjectCoverage), attribution: { error } }],
    });
    const text = textOf(await site.get('/clusters'));
    expect(text).toMatch(
      /Needs attention .*Project events \(requesters\) payments-prod Failing GET events answered 403/,
    );
    expect(text).toContain('failing since 2026-11-22 12:00 UTC');
  });

  test('what needs attention comes first, the worst before the rest, with its reason', async () => {
    const text = textOf(await many.get('/clusters'));
    const order = [
      'sessions payments-prod Failing',
      'answered 403',
      'brand-new staging Never read',
      'Stale',
      'Up to date',
    ];
    const from = text.indexOf('What is wrong');
    const places = order.map((words) => text.indexOf(words, from));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text).toContain('failing since 2026-11-21 12:00 UTC');
    expect(text).toContain('1 cluster no longer there');
  });

  test('of one project are on their own page, with those archived', async () => {
    const { projectId } = PROJECTS[1];
    await many.ledger.archiveCluster(projectId, {
      clusterName: 'long-gone',
      tier: 'flex',
      firstSeenAt: '2025-01-01',
      seenAt: '2025-02-01',
      goneAt: '2025-02-02T00:00:00Z',
      lists: {},
    });
    const text = textOf(await many.get(`/clusters?projectId=${projectId}`));
    expect(text).toContain('Clusters of analytics');
    expect(text).toContain('long-gone');
    expect(text).not.toContain('payments-prod');
    expect((await many.fetch('/clusters?projectId=x')).status).toBe(404);
  });
});

test('what each page reads is bounded and known', async () => {
  const costs = async (path: string) => {
    many.requests();
    await many.get(path);
    return many.requests();
  };
  // All that has a key that is known, 1 batch; the jobs of the last weeks, 1 query, and the runs, 1 a month of two; and those of them that
  // are shown, 1 batch. Coverage that was not counted: 2 queries, one of them of verdicts, and 1 batch. Days that nobody has counted: the
  // 115 jobs of 30 days, and 3 statuses.
  expect(await costs('/')).toEqual({ Query: 1 + 2 + 2 + 2 + 3, BatchGetItem: 2 + 1 });
  await many.ledger.markDaysAgain();
  await many.ledger.countDays(() => false);
  const page = await many.get('/');
  await countCoverage(many.ledger, { now: () => NOW });
  expect(await costs('/')).toEqual({ Query: 1 + 2, BatchGetItem: 2 });
  expect(await many.get('/')).toBe(page);
  // Filtered: the jobs, and 1 query for the names of all projects.
  expect(await costs('/?status=FAILED')).toEqual({ Query: 2, BatchGetItem: 1 });
  expect(await costs(`/?projectId=${PROJECTS[0].projectId}&clusterName=orders`)).toEqual({ Query: 2, BatchGetItem: 1 });
  // And for the months of the drills the completed restores of a year, as an index has them.
  expect(await costs('/clusters')).toEqual({ Query: 2 + 4 + 1, BatchGetItem: 2 });
  // Of one project: its record, its newest restores from the table itself, and the name of another that data went to.
  expect(await costs(`/clusters?projectId=${PROJECTS[1].projectId}`)).toEqual({ BatchGetItem: 1 + 1, Query: 2 + 1 });
  const [last] = jobsOf(230).slice(-1);
  expect(await costs(`/jobs/${last?.jobId}`)).toEqual({ Query: 1, GetItem: 2 }); // nobody has looked who asked for it
  const [named] = jobsOf(230).slice(1);
  expect(await costs(`/jobs/${named?.jobId}`)).toEqual({ Query: 1, GetItem: 1 });
  expect(await costs('/jobs/x')).toEqual({});
});

test('why nobody is named is said where the events of the project can not be read', async () => {
  const one = jobsOf(1).map((each) => ({ ...each, projectId: PROJECTS[2].projectId, projectName: 'staging' }));
  for (const [requester, said] of [
    [{ reason: 'pending' as const }, true],
    [{ reason: 'not-read' as const, detail: 'ATLAS_FORBIDDEN' }, true],
    [undefined, true],
    [{ reason: 'ambiguous' as const, rivals: 3 }, false],
  ] as const) {
    await using site = await startSite(engine, { jobs: one, requesters: [requester] });
    const text = textOf(await site.get(`/jobs/${one[0]?.jobId}`));
    const why = 'The project’s events can’t be read, since 2 days ago : ATLAS_REFUSED GET events answered 403';
    expect(text.includes(why), JSON.stringify(requester)).toBe(said);
  }
});

test('a failure inside is a page that tells nothing of it, and is in the log', async () => {
  const logged: unknown[] = [];
  const log = { ...silentLog, error: (message: string, fields?: object) => logged.push([message, fields]) };
  const fail = async () => Promise.reject(new TypeError('the secret of the inside'));
  const ledger = { ...many.ledger, job: fail } as unknown as PagePorts['ledger'];
  const answer = await pageRoutes({ ledger, log, now: () => NOW }).request(`/jobs/${'a'.repeat(24)}`);
  const page = await answer.text();
  expect(answer.status).toBe(500);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page).toContain('Internal server error');
  expect(page).not.toContain('secret');
  expect(logged).toEqual([['page failed', { error: 'TypeError', reason: 'the secret of the inside' }]]);
});

test('a ledger that is throttled is a page that says to come back, with 503, as the API does', async () => {
  const later = async () => Promise.reject(new LedgerError('LEDGER_UNAVAILABLE', 'Query on table secret-name'));
  const broken = {
    ...many.ledger,
    overview: later,
    job: later,
    jobs: later,
    runs: later,
  } as unknown as PagePorts['ledger'];
  const routes = pageRoutes({ ledger: broken, log: silentLog, now: () => NOW });
  for (const path of ['/', '/?status=FAILED', '/clusters', `/jobs/${'a'.repeat(24)}`]) {
    const answer = await routes.request(path);
    const page = await answer.text();
    expect([answer.status, answer.headers.get('retry-after')], path).toEqual([503, '2']);
    expect(textOf(page)).toContain('The ledger can’t be read at the moment');
    expect(page).not.toContain('secret-name');
  }
});
