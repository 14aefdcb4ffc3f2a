// functions/anchors/check.ts: the jobs of a ledger, one after the other, compared with what was anchored. Pure.
import { type LetGo, letGoBy } from '../ledger/let-go/let-go.ts';
import type { RecordedJob } from '../ledger/model/ledger.ts';
import type { Anchored, AnchoredJob } from './anchored.ts';
import { type Continuity, continuityOf } from './continuity.ts';

/** A job whose history is not the one that was anchored, or that is not there any more. */
export interface Differing {
  projectId: string;
  projectName?: string;
  jobId: string;
  /** Of the first anchor that doesn't fit. */
  day: string;
  /** Of the entry that was anchored then. */
  revision: number;
  what: 'rewritten' | 'vanished';
}

/** A job of which a name was erased after an anchor: nobody can tell whether only the name went. */
export interface ErasedSince {
  projectId: string;
  jobId: string;
  day: string;
  by: string;
  reason: string;
}

export interface AnchorCheck {
  /** Their histories are the anchored ones, or go on from there. */
  asAnchored: number;
  /** Of these: they went on after the last anchor. */
  wentOn: number;
  /** Recorded after the last anchor: nothing is known of them. */
  newer: number;
  /** Anchored, and let go on record since: there is no history left to compare. */
  letGo: number;
  /** The entry that was anchored last is in the middle of a history that is too long to keep: nothing shows that it is the same one. */
  leftOut: number;
  erased: ErasedSince[];
  erasedCount: number;
  /** At most the first thousand. */
  differing: Differing[];
  differingCount: number;
}

const MAX_NAMED = 1_000;

export class AnchorComparison {
  readonly #anchored: Anchored;
  readonly #seen = new Set<AnchoredJob>();
  readonly #letGo = new Map<string, LetGo>();
  readonly #check: AnchorCheck = {
    ...{ asAnchored: 0, wentOn: 0, newer: 0, letGo: 0, leftOut: 0 },
    ...{ erased: [], erasedCount: 0, differing: [], differingCount: 0 },
  };

  constructor(anchored: Anchored) {
    this.#anchored = anchored;
  }

  /** @param letGo of a project, as it was before its jobs are read */
  expect(projectId: string, letGo: LetGo | undefined) {
    if (letGo) this.#letGo.set(projectId, letGo);
  }

  add({ projectId, job: { jobId, changes } }: Pick<RecordedJob, 'projectId' | 'job'>) {
    const check = this.#check;
    const anchored = this.#anchored.projects.get(projectId)?.jobs.get(jobId);
    if (anchored === undefined || anchored.heads.length === 0) {
      check.newer += 1;
      return;
    }
    this.#seen.add(anchored);
    const entries = Array.isArray(changes) ? changes : [];
    const found = new Set<Continuity>();
    let last: Continuity | undefined;
    for (const head of anchored.heads) {
      const continuity = continuityOf(entries, head);
      found.add(continuity);
      last = continuity;
      if (continuity === 'other') return this.#differs('rewritten', projectId, jobId, head);
    }
    if (found.has('erased') || found.has('erased-later')) {
      check.erasedCount += 1;
      const { by = '', reason = '' } = entries.findLast(({ erased }) => erased)?.erased ?? {};
      const day = anchored.heads.at(-1)?.day ?? '';
      if (check.erased.length < MAX_NAMED) check.erased.push({ projectId, jobId, day, by, reason });
    } else if (last === 'left-out') check.leftOut += 1;
    else check.asAnchored += 1;
    if ((anchored.heads.at(-1)?.revision ?? 0) < (entries.at(-1)?.revision ?? 0)) check.wentOn += 1;
  }

  /** To be called once every job was added. @param projectIds of which jobs were added @default all */
  result(projectIds?: readonly string[]): AnchorCheck {
    for (const [projectId, { jobs }] of this.#anchored.projects) {
      if (projectIds && !projectIds.includes(projectId)) continue;
      const isLetGo = letGoBy(this.#letGo.get(projectId));
      for (const [jobId, job] of jobs) {
        const last = job.heads.at(-1);
        if (this.#seen.has(job) || last === undefined) continue;
        if (job.gone === 'let-go' || isLetGo(jobId)) this.#check.letGo += 1;
        else this.#differs('vanished', projectId, jobId, last);
      }
    }
    return this.#check;
  }

  #differs(
    what: Differing['what'],
    projectId: string,
    jobId: string,
    { day, revision }: { day: string; revision: number },
  ) {
    this.#check.differingCount += 1;
    if (this.#check.differing.length >= MAX_NAMED) return;
    const { projectName } = this.#anchored.projects.get(projectId)?.line ?? {};
    this.#check.differing.push({
      ...{ projectId, jobId, day, revision, what },
      ...(projectName !== undefined && { projectName }),
    });
  }
}
