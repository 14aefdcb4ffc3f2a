// local/atlas/world/project-log.ts: the sources of a project's events: its jobs, its clusters, its people.
import { KINDS, type Kind } from '../../../functions/schema/words.ts';
import { SECOND } from '../base/time.ts';
import {
  type Background,
  PROJECT_TYPES,
  projectEvents,
  SNAPSHOT_TYPES,
  snapshotEvents,
} from '../events/background-events.ts';
import type { EventSource } from '../events/event-log.ts';
import { AROUND_MS, ENDING_TYPES, endingEvent, eventsAround } from '../events/job-events.ts';
import type { SimCluster } from '../model/cluster.ts';
import type { SimEvent } from '../model/event.ts';
import { MAX_RESTORE_MS } from '../model/job.ts';
import type { SimProject } from '../model/project.ts';
import type { JobList } from './job-list.ts';

export interface ProjectLog {
  background: Background;
  project: SimProject;
  /** Every cluster that there ever was, with the moment of its end, in ms since the epoch; `Infinity`: it lives. */
  clusters: readonly { cluster: SimCluster; end: number }[];
  list(cluster: SimCluster, kind: Kind): JobList;
  /** Requests without a job that were made while the world runs. */
  exports: readonly SimEvent[];
}

export function sourcesOf({ background, project, clusters, list, exports }: ProjectLog): EventSource[] {
  const lists = function* () {
    for (const { cluster } of clusters) {
      for (const kind of KINDS) yield { cluster, jobs: list(cluster, kind) };
    }
  };
  return [
    {
      *between(from, to) {
        for (const { cluster, jobs } of lists()) {
          for (const job of jobs.requestedBetween(from - AROUND_MS, to + AROUND_MS)) {
            yield* eventsAround(job, cluster, background);
          }
        }
      },
    },
    {
      types: ENDING_TYPES,
      *between(from, to) {
        for (const { cluster, jobs } of lists()) {
          const ended = [...jobs.startedEver(), ...jobs.pastBetween(from - MAX_RESTORE_MS - SECOND, to)];
          for (const job of ended) {
            const event = endingEvent(job, cluster, background);
            if (event) yield event;
          }
        }
      },
    },
    {
      types: SNAPSHOT_TYPES,
      *between(from, to) {
        for (const { cluster, end } of clusters) {
          for (const event of snapshotEvents(background, cluster, from, Math.min(to, end))) {
            if (event.created <= end) yield event;
          }
        }
      },
    },
    { types: PROJECT_TYPES, between: (from, to) => projectEvents(background, project, from, to) },
    { between: () => exports },
  ];
}
