// functions/api/web/exits/answer.ts: GET /exits: restores whose data left their project, of a period and of the filters of the list.
import { unindexedFit } from '../../../ledger/filter/jobs-filter.ts';
import { asOf, type ProjectFacts } from '../../../ledger/model/known-project.ts';
import type { JobSummary, JobsFilter } from '../../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import { defined } from '../../../platform/defined.ts';
import type { RecordedProject } from '../../../proof/ledger.ts';
import { runsOverAll } from '../../../report/gather/runs-over-all.ts';
import { destinationOf } from '../../../restore/destination.ts';
import { isObjectId } from '../../../restore/object-id.ts';
import type { Html } from '../../../views/html/text.ts';
import { exitsOf } from '../../../views/pictures/exits.ts';
import type { PicturedJob } from '../../../views/pictures/jobs.ts';
import { lastMonths, type Span } from '../../../views/pictures/spans.ts';
import { type ProofFacts, withoutRestores } from '../../../views/pictures/spans-without.ts';
import { type NamesReader, withNames } from '../../query/names.ts';
import { notKnownOf } from '../../query/tagged-clusters.ts';
import { RefusedName, refusedName } from '../parts/place.ts';
import { namesOf, projectsOf } from '../parts/project-names.ts';
import { lookAt } from '../pictures/reading.ts';
import { readTrends } from '../pictures/trends-asked.ts';
import { exitsPage, wrongExits } from './page.ts';

export interface ExitsPorts {
  ledger: Pick<LedgerReader, 'lookAtJobs' | 'jobsAt' | 'projectNames' | 'projectFacts' | 'scope' | 'runs' | 'run'> &
    NamesReader;
  /** Milliseconds since the epoch. */
  now(): number;
}

const MONTHS = 12;
/** Restores that are looked at: as an index has them, and whole. */
const [EXIT_JOBS, WHOLE_JOBS] = [10_000, 1_000];
/** Exits that are read whole, for who requested them: the newest. */
const REQUESTED = 400;
/** Projects that are read for their organization. */
const MAX_ORGANIZATIONS = 50;
/** With more, a page proves nothing: what is not known to be complete is drawn as such. */
const MAX_PROVEN = 100;
/** Runs that are looked at for the newest that has ended. */
const MAX_RUNS = 200;
/** Filters by where a restore is listed, which is known of each: by others, one may fit by what is not known of it. */
const OF_PLACES: ReadonlySet<string> = new Set(['project', 'projectId', 'cluster', 'clusterName', 'orgId']);
const LEAVING = ['elsewhere', 'download', 'unknown'] as const;

/**
 * Requests: those of `LedgerReader.lookAtJobs`, of 10,000 restores at most, and 1 batch read for each 100 of the newest 400 exits. Without
 * filters but for places, whether there were others, of at most 100 projects: 1 query, 1 batch read and 1 query for each 25, 1 batch read and 2
 * queries for each with clusters that are gone, 1 read of the scope, and those of the runs. Otherwise, or with more projects, 1 batch read for
 * names, and 1 batch read and 1 query for the organizations of 50.
 */
export async function exitsAnswer(
  { ledger, now }: ExitsPorts,
  given: URLSearchParams,
): Promise<{ page: Html; status: 200 | 400 | 409 }> {
  const at = now();
  const isTimed = ['period', 'since', 'until'].some((name) => given.has(name));
  const year = lastMonths(MONTHS, at);
  const sent = new URLSearchParams(given);
  sent.delete('by');
  if (!isTimed) sent.set('since', year.since.slice(0, 10));
  const asked = readTrends(sent, at);
  if (typeof asked === 'string') return wrong(asked);
  const query = await withNames(ledger, asked.query, asked.names).catch((error: unknown) =>
    refusedName(error, '/exits', given),
  );
  if (query instanceof RefusedName) return wrong(query.text, query.status);
  const destinations = LEAVING.filter((place) => query.destinations?.includes(place) ?? true);
  const filter: JobsFilter = { ...query, ...asked.period, destinations };
  const whole = unindexedFit(filter) !== undefined;
  const isOfPlaces = [...asked.filters.keys()].every((name) => OF_PLACES.has(name));
  const [read, facts] = await Promise.all([
    destinations.length === 0
      ? { jobs: [], readFrom: asked.period.since, more: false }
      : lookAt(ledger, filter, { most: whole ? WHOLE_JOBS : EXIT_JOBS, whole }),
    isOfPlaces ? proofFacts(ledger) : undefined,
  ]);
  const newest = read.jobs.slice(0, REQUESTED);
  const [places, requested] = await Promise.all([placesOf(ledger, read.jobs, facts?.projects), ledger.jobsAt(newest)]);
  const byId = new Map<string, JobSummary>(requested.map((job) => [job.jobId, job]));
  const exits = exitsOf(
    read.jobs.map((job) => byId.get(job.jobId) ?? job),
    places,
  );
  const without = isOfPlaces ? withoutIn(facts, query, at) : undefined;
  const page = {
    asked,
    exits,
    read,
    names: places.names,
    looked: new Set(byId.keys()),
    ...defined({ without }),
    ...notKnownOf(query),
  };
  return { page: exitsPage(page, at), status: 200 };

  function wrong(text: string | Html, status: 400 | 409 = 400) {
    return { page: wrongExits(text, at), status };
  }
}

function withoutIn(facts: ProofFacts | undefined, { projectIds, projectId }: JobsFilter, now: number) {
  const of = projectIds ?? (projectId === undefined ? undefined : [projectId]);
  return (span: Span) => withoutRestores(facts, span, now, of && new Set(of));
}

/** Nothing where there are more projects than a page proves. */
async function proofFacts(ledger: ExitsPorts['ledger']): Promise<ProofFacts | undefined> {
  const projects: RecordedProject[] = [];
  for await (const facts of ledger.projects()) {
    if (projects.length === MAX_PROVEN) return undefined;
    const { clusters = {}, archived = [] } = facts.coverage ?? {};
    const gone = archived.length > 0 ? ((await ledger.projectRecord(facts.projectId))?.archived ?? []) : [];
    projects.push({ ...facts, clusters: [...Object.values(clusters), ...gone] });
  }
  const [scope, runs] = await Promise.all([ledger.scope(), runsOverAll(ledger, MAX_RUNS)]);
  return { scope, ...runs, projects };
}

/** Names, and organizations of the projects that data went between, the most restores first. @param all of them, where they were read before */
async function placesOf(ledger: ExitsPorts['ledger'], jobs: readonly PicturedJob[], all?: readonly ProjectFacts[]) {
  const crossing = jobs.filter((job) => destinationOf(job).place === 'elsewhere');
  const counts = new Map<string, number>();
  for (const { projectId, targetProjectId = projectId } of crossing)
    for (const id of [projectId, targetProjectId]) counts.set(id, (counts.get(id) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_ORGANIZATIONS);
  const [names, records] = all
    ? [new Map(all.map(({ projectId, projectName }) => [projectId, projectName])), all]
    : await Promise.all([
        namesOf(ledger, [...projectsOf(jobs), ...counts.keys()]),
        ledger.projectFacts(most.map(([id]) => id).filter(isObjectId)),
      ]);
  const byId = new Map(records.map((record) => [record.projectId, record]));
  const organizationAt = (projectId: string, at: string) => {
    const { known, coverage } = byId.get(projectId) ?? {};
    return asOf(known?.formerOrgs, known?.orgId ?? coverage?.orgId, at);
  };
  return { names, organizationAt };
}
