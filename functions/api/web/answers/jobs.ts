// functions/api/web/answers/jobs.ts: GET /: the state of things, and restores with filters.
import { CursorError } from '../../../ledger/model/ledger.ts';
import { formatsOf } from '../../evidence/port.ts';
import { RequestProblem } from '../../http/problem.ts';
import type { AskedJobs } from '../../query/jobs-query.ts';
import { withNames } from '../../query/names.ts';
import { sortedJobs } from '../../query/sorted-jobs.ts';
import { notKnownOf } from '../../query/tagged-clusters.ts';
import { type JobsPage, jobsPage } from '../pages/jobs-page.ts';
import { overview } from '../pages/overview.ts';
import { readOverview } from '../pages/read-overview.ts';
import { type Asked, type FilterProblem, JOBS_A_PAGE, jobsHref, problemOf, readAsked } from '../parts/job-filter.ts';
import { namedOnce, projectsOf, readNames } from '../parts/project-names.ts';
import type { PageAnswer, ReadPorts } from './ports.ts';

/** After how long the overview is read again: while something is under way, and otherwise. */
const BUSY_SECONDS = 60;
const QUIET_SECONDS = 300;

type ReadJobs = Pick<JobsPage, 'jobs' | 'tagsNotKnown'> & { problem?: FilterProblem };
type About = Omit<JobsPage, 'asked'> & { problem?: FilterProblem };

/**
 * Requests: without a filter, those of the first page are in read-overview.ts; else the query of the jobs and those of the names
 * (project-names.ts). @returns `redirect`: the same filters, tidied
 */
export async function jobsAnswer(ports: ReadPorts, given: URLSearchParams): Promise<PageAnswer | { redirect: string }> {
  const now = ports.now();
  const asked = readAsked(given, now);
  if (asked.untidy) return { redirect: jobsHref(asked.parameters) };
  const { parameters, filtered } = asked;
  const first = !filtered && !parameters.has('cursor') && !parameters.has('before');
  const about = first && asked.asked ? await aboutAll(ports, asked.asked) : await aboutJobs(ports, asked);
  const { problem = asked.problem } = about;
  const page = { ...about, asked: problem ? { ...asked, problem } : asked };
  return { page: await jobsPage(page, now), status: problem ? (problem.candidates ? 409 : 400) : 200 };
}

async function readJobs(
  { ledger }: ReadPorts,
  { query, names, sort }: AskedJobs,
  parameters: URLSearchParams,
): Promise<ReadJobs> {
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

async function aboutJobs(given: ReadPorts, { asked, parameters }: Asked): Promise<About> {
  const ports = { ...given, ledger: namedOnce(given.ledger) };
  const reading = asked && readJobs(ports, asked, parameters);
  const filters = ['project', 'projectId', 'targetProject', 'targetProjectId'].flatMap(
    (name) => parameters.get(name) ?? [],
  );
  const shown = async () => [...filters, ...projectsOf((await reading)?.jobs?.items ?? [])];
  const [read, projects] = await Promise.all([reading, readNames(ports.ledger, shown)]);
  return { ...read, projects };
}

async function aboutAll(
  { ledger, now, lateAfterMs, evidence }: ReadPorts,
  { query: { limit = JOBS_A_PAGE } }: AskedJobs,
): Promise<About> {
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
