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
import type { Html } from '../../views/html/text.ts';
import { withMeasures } from '../../views/measures.ts';
import { taggedText } from '../http/etag.ts';
import { LEDGER_RETRY } from '../http/ports.ts';
import { coverageState } from '../query/coverage-state.ts';
import { lastDays, summarize } from '../query/summary.ts';
import { FILE_HEADERS, messagePage, PAGE_HEADERS } from './html/layout.ts';
import { CSS, CSS_PATH, ICON, ICON_PATH, SCRIPT, SCRIPT_PATH } from './html/style.ts';
import { clustersPage } from './pages/clusters-page.ts';
import { jobPage } from './pages/job-page.ts';
import { type JobsPage, jobsPage } from './pages/jobs-page.ts';
import { overview } from './pages/overview.ts';
import { projectHealth, readCoverage } from './parts/coverage-health.ts';
import { type Asked, jobsHref, readAsked } from './parts/job-filter.ts';
import { lastRuns } from './parts/last-runs.ts';
import { namesOf, projectsOf, readNames } from './parts/project-names.ts';
import { awaitsEvents } from './parts/requester-part.ts';

export interface PagePorts {
  ledger: Pick<
    LedgerReader,
    | 'job'
    | 'jobs'
    | 'indexedJobs'
    | 'dayCounts'
    | 'coverage'
    | 'coverageTotals'
    | 'projects'
    | 'projectRecord'
    | 'listedProjects'
    | 'projectNames'
    | 'runs'
  >;
  log: Log;
  /** With a user, jobs' pages have a form to annotate them. */
  annotations?: { user?: Annotator | undefined } | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Without a reading for so long a cluster is late, in ms. @default 26 hours */
  lateAfterMs?: number | undefined;
  /** By which restores are measured. @default none */
  objectives?: Objectives | undefined;
}

const PERIOD_DAYS = 30;
/** Open jobs that the headline counts; beyond, it says so. */
const MAX_OPEN = 200;

const FILES = [
  [CSS_PATH, CSS, 'text/css; charset=utf-8'],
  [SCRIPT_PATH, SCRIPT, 'text/javascript; charset=utf-8'],
  [ICON_PATH, ICON, 'image/svg+xml'],
] as const;

type ReadJobs = { page: NonNullable<JobsPage['jobs']> } | { problem: NonNullable<Asked['problem']> };
/** What the page has beside the jobs. */
type About = Pick<JobsPage, 'projects' | 'overview' | 'covered'>;

export function pageRoutes({
  ledger,
  log,
  now,
  annotations,
  lateAfterMs = FRESH_MS,
  objectives = NO_OBJECTIVES,
}: PagePorts): Hono {
  const app = new Hono();
  const answer = async (context: Context, page: Html, status: 200 | 400 | 404 | 500 = 200) =>
    status === 200
      ? taggedText(context, String(await page), { ...PAGE_HEADERS, 'content-type': 'text/html; charset=UTF-8' })
      : context.html(await page, status, PAGE_HEADERS);

  for (const [path, body, type] of FILES) {
    app.get(path, (context) => context.body(body, 200, { ...FILE_HEADERS, 'content-type': type }));
  }

  // Requests: the query of the jobs and those of the names (project-names.ts). Without a filter, the first page takes those of the
  // coverage (coverage-state.ts) and of the last runs (last-runs.ts) too, 3 for what is open, and 1 for the days, with 1 for each 1,500 restores or so of those days that were not counted since. All at once.
  app.get('/', async (context) => {
    const asked = readAsked(new URL(context.req.url).searchParams);
    if (asked.untidy) return context.redirect(jobsHref(asked.parameters), 302);
    const first = !asked.filtered && !asked.parameters.has('cursor');
    const reading = asked.query && readJobs(asked);
    const [jobs, about] = await Promise.all([reading, first ? aboutAll(reading) : aboutJobs(asked, reading)]);
    const problem = jobs && 'problem' in jobs ? jobs.problem : asked.problem;
    const found = jobs && 'page' in jobs ? { jobs: jobs.page } : {};
    const page = { asked: problem ? { ...asked, problem } : asked, ...found, ...about };
    return answer(context, jobsPage(page, now()), problem ? 400 : 200);
  });

  async function readJobs({ query = {} }: Asked): Promise<ReadJobs> {
    try {
      return { page: await ledger.jobs(query) };
    } catch (error) {
      if (!(error instanceof CursorError)) throw error;
      return {
        problem: {
          filter: 'cursor',
          text: 'This link leads on from a page of another search.',
        },
      };
    }
  }

  async function readState() {
    const [recent, open, runs] = await Promise.all([
      summarize(ledger, lastDays(PERIOD_DAYS, now())),
      ledger.indexedJobs({ statuses: ['PENDING', 'RUNNING', 'READY'], limit: MAX_OPEN }),
      lastRuns(ledger),
    ]);
    return { recent, open: { jobs: open.items.length, more: open.cursor !== undefined }, runs };
  }

  async function aboutJobs({ parameters }: Asked, reading: Promise<ReadJobs> | undefined): Promise<About> {
    const filters = ['projectId', 'targetProjectId'].flatMap((name) => parameters.get(name) ?? []);
    const shown = async () => [...filters, ...projectsOf(jobsIn(await reading) ?? [])];
    return { projects: await readNames(ledger, shown) };
  }

  async function aboutAll(reading: Promise<ReadJobs> | undefined): Promise<About> {
    const shown = async () => projectsOf(jobsIn(await reading) ?? []);
    const [coverage, projects, state, jobs] = await Promise.all([
      coverageState(ledger, { now: now(), lateAfterMs }),
      readNames(ledger, shown),
      readState(),
      reading,
    ]);
    const nothing = jobsIn(jobs)?.length === 0 && coverage.projects === 0;
    return {
      projects,
      covered: coverage.read,
      ...(nothing ? {} : { overview: overview({ ...state, coverage }, now()) }),
    };
  }

  const readAll = () => readCoverage(ledger.projects(), { now: now(), lateAfterMs, objectives });

  // Requests: 1 query and 1 read; 1 batch read for a job that went to another project, 1 read for one of which events may yet name the requester.
  app.get('/jobs/:id', async (context) => {
    const id = context.req.param('id').toLowerCase();
    const job = isObjectId(id) ? await ledger.job(id) : undefined;
    if (!job) {
      const why = isObjectId(id)
        ? `The ledger has no restore job ${id}. It shows a job from the first run that saw it.`
        : 'The id of a restore job is 24 hex digits.';
      return answer(context, messagePage('No such restore', why, now()), 404);
    }
    const [names, ofProject] = await Promise.all([
      namesOf(ledger, projectsOf([job])),
      awaitsEvents(job) ? ledger.coverage(job.projectId) : undefined,
    ]);
    const takesForm = annotations?.user !== undefined;
    const about = { eventsUnreadable: ofProject?.attribution?.error, takesForm };
    return answer(context, jobPage(withMeasures(job, objectives), names, now(), about));
  });

  // Requests: 1 query, 1 batch read for each 25 projects, and those of the last runs; of one project, 1 query.
  app.get('/clusters', async (context) => {
    const projectId = context.req.query('projectId');
    if (projectId !== undefined) return ofProject(context, projectId);
    const [{ projects, complete }, runs] = await Promise.all([readAll(), lastRuns(ledger)]);
    const clusters = projects.flatMap((project) => project.clusters);
    return answer(context, clustersPage({ clusters, complete, lateAfterMs, runs }, now()));
  });

  async function ofProject(context: Context, projectId: string) {
    const record = isObjectId(projectId) ? await ledger.projectRecord(projectId) : undefined;
    if (!record)
      return answer(context, messagePage('No such project', 'No run has seen a project with this id.', now()), 404);
    const clusters = projectHealth(record, { now: now(), lateAfterMs, objectives }, record.archived);
    return answer(context, clustersPage({ clusters, complete: true, lateAfterMs, project: record }, now()));
  }

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

const jobsIn = (read: ReadJobs | undefined) => (read && 'page' in read ? read.page.items : undefined);
