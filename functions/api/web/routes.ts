// functions/api/web/routes.ts: the web page over the ledger: rendered here, usable without JavaScript. It writes nothing itself.
import { type Context, Hono } from 'hono';
import { LedgerError } from '../../ledger/model/errors.ts';
import { CursorError } from '../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import type { Log } from '../../platform/log.ts';
import { FRESH_MS } from '../../proof/list.ts';
import type { Annotator } from '../../restore/annotations.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { NO_OBJECTIVES, type Objectives } from '../../restore/objectives/objective.ts';
import { tagWanted } from '../../views/coverage.ts';
import type { Html } from '../../views/html/text.ts';
import { formatsOf } from '../evidence/port.ts';
import { taggedText } from '../http/etag.ts';
import { type ApiEnv, type EvidencePort, LEDGER_RETRY } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';
import { TAG } from '../query/job-filters.ts';
import type { AskedJobs } from '../query/jobs-query.ts';
import { withNames } from '../query/names.ts';
import { sortedJobs } from '../query/sorted-jobs.ts';
import { notKnownOf } from '../query/tagged-clusters.ts';
import { formFor } from './annotations/form.ts';
import { FILE_HEADERS, messagePage, PAGE_HEADERS } from './html/layout.ts';
import { CSS, CSS_PATH, ICON, ICON_PATH, SCRIPT, SCRIPT_PATH } from './html/style.ts';
import { clustersPage } from './pages/clusters-page.ts';
import { type JobsPage, jobsPage } from './pages/jobs-page.ts';
import { overview } from './pages/overview.ts';
import { readJobPage } from './pages/read-job-page.ts';
import { readOverview } from './pages/read-overview.ts';
import { projectHealth, readCoverage } from './parts/coverage-health.ts';
import { type Asked, type FilterProblem, JOBS_A_PAGE, jobsHref, problemOf, readAsked } from './parts/job-filter.ts';
import { lastRuns } from './parts/last-runs.ts';
import { projectsOf, readNames } from './parts/project-names.ts';
import { WorstClusters } from './pictures/worst-clusters.ts';

export interface PagePorts {
  ledger: Pick<
    LedgerReader,
    | 'overview'
    | 'job'
    | 'jobs'
    | 'indexedJobs'
    | 'lookAtJobs'
    | 'jobsAt'
    | 'dayCounts'
    | 'coverage'
    | 'projects'
    | 'projectRecord'
    | 'listedProjects'
    | 'projectNames'
    | 'expectedPage'
    | 'expectedRestore'
    | 'runs'
    | 'run'
    | 'scope'
  >;
  log: Log;
  /** With a user, or for whoever signed in for it, jobs' pages have a form to annotate them. */
  annotations?: { user?: Annotator | undefined } | undefined;
  /** Absent where no reports are made. */
  evidence?: Pick<EvidencePort, 'pdf' | 'jobs'> | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Without a reading for so long a cluster is late, in ms. @default 26 hours */
  lateAfterMs?: number | undefined;
  /** By which restores are measured. @default none */
  objectives?: Objectives | undefined;
}

/** After how long the overview is read again: while something is under way, and otherwise. */
const BUSY_SECONDS = 60;
const QUIET_SECONDS = 300;
/** Clusters that have a row in the pictures of all. */
const MAX_PICTURED = 40;

const FILES = [
  [CSS_PATH, CSS, 'text/css; charset=utf-8'],
  [SCRIPT_PATH, SCRIPT, 'text/javascript; charset=utf-8'],
  [ICON_PATH, ICON, 'image/svg+xml'],
] as const;

type ReadJobs = Pick<JobsPage, 'jobs' | 'tagsNotKnown'> & { problem?: FilterProblem };
type About = Omit<JobsPage, 'asked'> & { problem?: FilterProblem };

export function pageRoutes({
  ledger,
  log,
  now,
  annotations,
  evidence,
  lateAfterMs = FRESH_MS,
  objectives = NO_OBJECTIVES,
}: PagePorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const answer = async (context: Context<ApiEnv>, page: Html, status: 200 | 400 | 404 | 409 | 500 = 200) =>
    status === 200
      ? taggedText(context, String(await page), { ...PAGE_HEADERS, 'content-type': 'text/html; charset=UTF-8' })
      : context.html(await page, status, PAGE_HEADERS);

  for (const [path, body, type] of FILES) {
    app.get(path, (context) => context.body(body, 200, { ...FILE_HEADERS, 'content-type': type }));
  }

  // Requests: without a filter, those of the first page are in read-overview.ts; else the query of the jobs and those of the names
  // (project-names.ts).
  app.get('/', async (context) => {
    const asked = readAsked(new URL(context.req.url).searchParams, now());
    if (asked.untidy) return context.redirect(jobsHref(asked.parameters), 302);
    const { parameters, filtered } = asked;
    const first = !filtered && !parameters.has('cursor') && !parameters.has('before');
    const about = first && asked.asked ? await aboutAll(asked.asked) : await aboutJobs(asked);
    const { problem = asked.problem } = about;
    const page = { ...about, asked: problem ? { ...asked, problem } : asked };
    return answer(context, jobsPage(page, now()), problem ? 400 : 200);
  });

  async function readJobs({ query, names, sort }: AskedJobs, parameters: URLSearchParams): Promise<ReadJobs> {
    try {
      const asked = { limit: JOBS_A_PAGE, ...(await withNames(ledger, query, names)) };
      const jobs = sort ? await sortedJobs(ledger, asked, sort) : await ledger.jobs(asked);
      return { jobs, ...notKnownOf(asked) };
    } catch (error) {
      if (error instanceof RequestProblem) return { problem: problemOf(error, parameters) };
      if (!(error instanceof CursorError)) throw error;
      return {
        problem: {
          filter: 'cursor',
          text: 'This link leads on from a page of another search.',
        },
      };
    }
  }

  async function aboutJobs({ asked, parameters }: Asked): Promise<About> {
    const reading = asked && readJobs(asked, parameters);
    const filters = ['project', 'projectId', 'targetProject', 'targetProjectId'].flatMap(
      (name) => parameters.get(name) ?? [],
    );
    const shown = async () => [...filters, ...projectsOf((await reading)?.jobs?.items ?? [])];
    const [read, projects] = await Promise.all([reading, readNames(ledger, shown)]);
    return { ...read, projects };
  }

  async function aboutAll({ query: { limit = JOBS_A_PAGE } }: AskedJobs): Promise<About> {
    const { jobs, projects, ...state } = await readOverview(ledger, limit, { now: now(), lateAfterMs });
    const { coverage, open, runs } = state;
    const nothing = jobs.items.length === 0 && coverage.projects === 0;
    const isBusy = nothing || open.jobs > 0 || runs.newest?.status === 'running';
    return {
      ...{ jobs, projects, covered: coverage.read },
      followSeconds: isBusy ? BUSY_SECONDS : QUIET_SECONDS,
      ...(nothing ? {} : { overview: overview({ ...state, evidence: evidence && formatsOf(evidence) }, now()) }),
    };
  }

  const readAll = (worst: WorstClusters) =>
    readCoverage(ledger.projects(), { now: now(), lateAfterMs, objectives }, worst);
  // Loaded when one is asked for: a cold start is no longer for them.
  const pictures = () => import('./pictures/pages.ts');
  const ports = { ledger, now, lateAfterMs, objectives };
  const given = (context: Context) => new URL(context.req.url).searchParams;

  // Requests: 1 query and 1 read, and those of its page.
  app.get('/jobs/:id', async (context) => {
    const id = context.req.param('id').toLowerCase();
    const job = isObjectId(id) ? await ledger.job(id) : undefined;
    if (!job) {
      const why = isObjectId(id)
        ? `The ledger has no restore job ${id}. It shows a job from the first run that saw it.`
        : 'The id of a restore job is 24 hex digits.';
      return answer(context, messagePage('No such restore', why, now()), 404);
    }
    return answer(context, await readJobPage({ ledger, now, objectives }, job, formFor(context, annotations)));
  });

  // Requests: 2 queries, 1 batch read for each 25 projects, those of the last runs, and at most 3 queries for the months of the drills; of one
  // project, those of its name, 1 batch read, 2 queries, and at most 3 queries and batch reads for its restores.
  app.get('/clusters', async (context) => {
    const { tag } = context.req.query();
    if (tag !== undefined && TAG.read(tag) === undefined)
      return answer(context, messagePage('This address can’t be used', `tag: expected ${TAG.expected}.`, now()), 400);
    const { readPlace, refusedPlace } = await import('./parts/place.ts');
    const named = given(context);
    named.delete('tag');
    const place = await readPlace(ledger, named);
    if (place instanceof RequestProblem) {
      const { page, status } = refusedPlace(place, now());
      return answer(context, page, status);
    }
    const { projectId, clusterName } = place;
    if (projectId !== undefined) return ofProject(context, { projectId, clusterName, tag });
    const worst = new WorstClusters(MAX_PICTURED);
    const [{ projects, complete }, runs, { allPictures }] = await Promise.all([
      readAll(worst),
      lastRuns(ledger),
      pictures(),
    ]);
    const clusters = projects
      .flatMap((project) => project.clusters)
      .filter(tagWanted(tag === undefined ? undefined : [tag]));
    // Those are of all clusters.
    const shown = tag === undefined ? { pictures: await allPictures(ports, worst) } : { tag };
    const page = { clusters, complete, lateAfterMs, runs, ...shown };
    return answer(context, clustersPage(page, now()));
  });

  async function ofProject(
    context: Context<ApiEnv>,
    asked: { projectId: string; clusterName?: string | undefined; tag?: string | undefined },
  ) {
    const { projectId, clusterName, tag } = asked;
    const record = isObjectId(projectId) ? await ledger.projectRecord(projectId) : undefined;
    if (!record)
      return answer(context, messagePage('No such project', 'No run has seen a project with this id.', now()), 404);
    const { clusterAnswer, projectPictures } = await pictures();
    if (clusterName !== undefined) {
      const { page, status } = await clusterAnswer(ports, record, clusterName);
      return answer(context, page, status);
    }
    const health = projectHealth(record, { now: now(), lateAfterMs, objectives }, record.archived);
    const clusters = health.filter(tagWanted(tag === undefined ? undefined : [tag]));
    const page = {
      clusters,
      complete: true,
      lateAfterMs,
      project: record,
      ...(tag === undefined ? { pictures: await projectPictures(ports, record) } : { tag }),
    };
    return answer(context, clustersPage(page, now()));
  }

  app.get('/trends', async (context) => {
    const { page, status } = await (await pictures()).trendsAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/exits', async (context) => {
    const { exitsAnswer } = await import('./exits/answer.ts');
    const { page, status } = await exitsAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/totals', async (context) => {
    const { totalsAnswer } = await import('./totals/answer.ts');
    const { page, status } = await totalsAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/expected', async (context) => {
    const { expectedAnswer } = await import('./expected/answer.ts');
    const { page, status } = await expectedAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.get('/requesters', async (context) => {
    const { page, status } = await (await pictures()).requestersAnswer(ports, given(context));
    return answer(context, page, status);
  });

  app.onError((error, context) => {
    log.error('page failed', { error: error.name, reason: error.message });
    if (error instanceof LedgerError && error.transient) {
      const busy = 'The ledger can’t be read at the moment. Nothing is lost: load this page again in a few seconds.';
      return context.html(messagePage('Service unavailable', busy, now()), 503, { ...PAGE_HEADERS, ...LEDGER_RETRY });
    }
    const message = 'It is in the log. Try again in a moment; if it stays, look at the alarms.';
    return answer(context, messagePage('Internal server error', message, now()), 500);
  });
  return app;
}
