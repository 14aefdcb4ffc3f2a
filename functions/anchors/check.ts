// functions/anchors/check.ts: the jobs of a ledger, one after the other, compared with what was anchored. Pure.
import { type LetGo, letGoBy } from '../ledger/let-go/let-go.ts';
import type { RecordedJob } from '../ledger/model/ledger.ts';
import { defined } from '../platform/defined.ts';
import type { Anchored, AnchoredJob, AnchoredProject } from './anchored.ts';
import { type Continuity, continuityOf } from './continuity.ts';
import { type Allowed, mayBeLetGo } from './let-go.ts';

/**
 * What is not as it was anchored. `rewritten`: the history of the job is another one. `vanished`: the job is not there any more. Nor is
 * one `let-go-unfounded`: its project's record says that it was let go, and no retention can have done that by then. `let-go-altered`: that
 * record is another one than was anchored, or covers fewer jobs than are gone.
 */
export interface Differing {
  projectId: string;
  projectName?: string;
  /** Absent: it is the record of the project's jobs that were let go. */
  jobId?: string;
  /** Of the first anchor that doesn't fit. */
  day: string;
  /** Of the entry of the job that was anchored then. */
  revision?: number;
  what: 'rewritten' | 'vanished' | 'let-go-unfounded' | 'let-go-altered';
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
  /** Of these: no anchor states a retention by which they could be let go, so that the record may be forged. */
  letGoUnproven: number;
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
  readonly #letGo = new Map<string, LetGo | undefined>();
  readonly #now: number;
  readonly #check: AnchorCheck = {
    ...{ asAnchored: 0, wentOn: 0, newer: 0, letGo: 0, letGoUnproven: 0, leftOut: 0 },
    ...{ erased: [], erasedCount: 0, differing: [], differingCount: 0 },
  };

  /** @param now milliseconds since the epoch */
  constructor(anchored: Anchored, now: number) {
    this.#anchored = anchored;
    this.#now = now;
  }

  /** @param letGo of a project, as it was before its jobs are read */
  expect(projectId: string, letGo: LetGo | undefined) {
    this.#letGo.set(projectId, letGo);
  }

  add({ projectId, jobId, job: { changes } }: Pick<RecordedJob, 'projectId' | 'jobId' | 'job'>) {
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
      if (continuity === 'other') return this.#differs({ what: 'rewritten', projectId, jobId }, head);
    }
    if (found.has('erased') || found.has('erased-later')) {
      check.erasedCount += 1;
      const { by = '', reason = '' } = entries.findLast((entry) => entry?.erased)?.erased ?? {};
      const day = anchored.heads.at(-1)?.day ?? '';
      if (check.erased.length < MAX_NAMED) check.erased.push({ projectId, jobId, day, by, reason });
    } else if (last === 'left-out') check.leftOut += 1;
    else check.asAnchored += 1;
    if ((anchored.heads.at(-1)?.revision ?? 0) < (entries.at(-1)?.revision ?? 0)) check.wentOn += 1;
  }

  /** To be called once every job was added. @param projectIds of which jobs were added @default all */
  result(projectIds?: readonly string[]): AnchorCheck {
    for (const project of this.#anchored.projects.values()) {
      const { projectId, day } = project;
      if (projectIds && !projectIds.includes(projectId)) continue;
      const letGo = this.#letGoOf(project);
      if (this.#letGo.has(projectId) && !isLaterRecord(this.#letGo.get(projectId), project, letGo))
        this.#differs({ what: 'let-go-altered', projectId }, { day });
    }
    return this.#check;
  }

  /** Says which of its jobs are missing. @returns how many are not there any more by the record of what was let go */
  #letGoOf({ projectId, jobs }: AnchoredProject): number {
    const isOnRecord = letGoBy(this.#letGo.get(projectId));
    let letGo = 0;
    for (const [jobId, job] of jobs) {
      const last = job.heads.at(-1);
      if (this.#seen.has(job) || last === undefined) continue;
      const allowed = this.#allowed(jobId, job.gone, isOnRecord);
      if (allowed === undefined) this.#differs({ what: 'vanished', projectId, jobId }, last);
      else if (allowed === 'no') this.#differs({ what: 'let-go-unfounded', projectId, jobId }, last);
      else {
        letGo += 1;
        if (allowed === 'unknown') this.#check.letGoUnproven += 1;
      }
    }
    this.#check.letGo += letGo;
    return letGo;
  }

  /** Undefined where nothing says that the job was let go. What an anchor missed, no record of later excuses. */
  #allowed(jobId: string, gone: AnchoredJob['gone'], isOnRecord: (jobId: string) => boolean): Allowed | undefined {
    if (gone === 'missing') return undefined;
    if (gone !== undefined) return gone.letGo;
    // The setting may be another one since the last anchor.
    return isOnRecord(jobId) ? mayBeLetGo(jobId, this.#now, [this.#anchored.retentionDays, undefined]) : undefined;
  }

  #differs(of: Pick<Differing, 'what' | 'projectId' | 'jobId'>, { day, revision }: { day: string; revision?: number }) {
    this.#check.differingCount += 1;
    if (this.#check.differing.length >= MAX_NAMED) return;
    const { projectName } = this.#anchored.projects.get(of.projectId)?.line ?? {};
    this.#check.differing.push(defined({ ...of, day, revision, projectName }));
  }
}

/** The record only ever grows, and each step changes its hash. @param gone jobs that were anchored, and that it stands for by now */
function isLaterRecord(now: LetGo | undefined, { first, line }: AnchoredProject, gone: number): boolean {
  const before = line.coverage?.letGo;
  const jobs = Number.isSafeInteger(now?.jobs) ? (now?.jobs as number) : 0;
  if (gone > jobs - (first.coverage?.letGo?.jobs ?? 0)) return false;
  if (before === undefined) return true;
  if (now === undefined || now.before < before.before || jobs < before.jobs) return false;
  return jobs > before.jobs || now.heads === before.heads;
}
