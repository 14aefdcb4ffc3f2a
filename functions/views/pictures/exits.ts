// functions/views/pictures/exits.ts: restores whose data left their project, and how far: out of Atlas, to another organization, or to
// where nobody knows.
import { destinationOf } from '../../restore/destination.ts';
import type { FlowEnd } from './flows.ts';
import type { PicturedJob } from './jobs.ts';
import type { Column } from './over-time.ts';
import { type Span, spansOf, type Unit } from './spans.ts';
import type { Without } from './spans-without.ts';

/**
 * download: out of Atlas. organization: a project of another Atlas organization. not-on-record: a project that no run has seen, whoever's
 * it is. organization-unknown: a project on record, of which, or of whose source, the organization then is not known. unknown: where it went
 * could not be read. project: another project of the same organization.
 */
export const EXIT_WAYS = [
  ...(['download', 'organization', 'not-on-record', 'organization-unknown', 'unknown', 'project'] as const),
] as const;
export type ExitWay = (typeof EXIT_WAYS)[number];

/** Of projects on record. */
export interface KnownPlaces {
  /** By id. */
  names: ReadonlyMap<string, string>;
  /** The Atlas organization of a project at a moment, where that is known. */
  organizationAt(projectId: string, at: string): string | undefined;
}

/** Undefined: it stayed in its project. */
export function exitOf(job: PicturedJob, { names, organizationAt }: KnownPlaces): ExitWay | undefined {
  const { place, projectId = job.projectId } = destinationOf(job);
  if (place === 'download' || place === 'unknown') return place;
  if (place !== 'elsewhere') return undefined;
  if (!names.has(projectId)) return 'not-on-record';
  const [own, other] = [job.projectId, projectId].map((id) => organizationAt(id, job.requestedAt));
  if (own === undefined || other === undefined) return 'organization-unknown';
  return own === other ? 'project' : 'organization';
}

export interface Exit<Job extends PicturedJob = PicturedJob> {
  from: { projectId: string; projectName: string };
  to: FlowEnd;
  way: ExitWay;
  /** Newest first. */
  jobs: Job[];
}

/** By source and target: what went furthest first, then the most. @param jobs newest first */
export function exitsOf<Job extends PicturedJob>(jobs: Iterable<Job>, places: KnownPlaces): Exit<Job>[] {
  const exits = new Map<string, Exit<Job>>();
  for (const job of jobs) {
    const way = exitOf(job, places);
    if (way === undefined) continue;
    const { projectId } = job;
    const { projectId: target } = way === 'download' || way === 'unknown' ? {} : destinationOf(job);
    const key = JSON.stringify([projectId, way, target]);
    const exit = exits.get(key);
    if (exit) exit.jobs.push(job);
    else {
      const from = { projectId, projectName: places.names.get(projectId) ?? job.projectName ?? projectId };
      const to: FlowEnd =
        way === 'download' || way === 'unknown'
          ? { place: way }
          : {
              place: 'project',
              projectId: target ?? projectId,
              projectName: places.names.get(target ?? '') ?? target ?? '',
            };
      exits.set(key, { from, to, way, jobs: [job] });
    }
  }
  const order = (way: ExitWay) => EXIT_WAYS.indexOf(way);
  return [...exits.values()].sort((a, b) => order(a.way) - order(b.way) || b.jobs.length - a.jobs.length);
}

/** Over time, stacked by how far the data went: as `overTime`, of the ways that there are. @param without of a time, whether there were others @default nothing is said of it */
export function exitsOverTime(exits: readonly Exit[], period: Span, unit: Unit, without?: (span: Span) => Without) {
  const series = EXIT_WAYS.filter((way) => exits.some((exit) => exit.way === way));
  const spans = spansOf(period, unit);
  const columns = spans.map((span): Column => {
    const isIn = ({ requestedAt }: PicturedJob) =>
      Date.parse(requestedAt) >= Date.parse(span.since) && Date.parse(requestedAt) < Date.parse(span.until);
    const counts = series.map((way) =>
      exits.reduce((sum, exit) => sum + (exit.way === way ? exit.jobs.filter(isIn).length : 0), 0),
    );
    const restores = counts.reduce((sum, n) => sum + n, 0);
    const proof = without?.(span);
    const least = restores > 0 && (proof === 'unknown' || proof === 'due');
    return {
      ...span,
      counts,
      restores,
      ...(restores === 0 && proof ? { without: proof } : {}),
      ...(least ? { least } : {}),
    };
  });
  return { unit, series: series as string[], columns, overlapping: false };
}
