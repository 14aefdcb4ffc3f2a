// functions/anchors/anchored.ts: what anchors hold, put together from their files: the heads of histories, and what was announced.
import type { AnchorPredicate } from './anchor.ts';
import type { AnnouncementHead, AnnouncementLine } from './announcements-file.ts';
import type { Head, HeadsLine, ProjectLine } from './heads-file.ts';
import { isProjectLine } from './heads-file.ts';
import { type Allowed, mayBeLetGo } from './let-go.ts';

/** What is needed of the anchor whose files are added. */
export type AnchorOf = Pick<AnchorPredicate, 'day' | 'readUntil' | 'retentionDays'>;

export interface AnchoredHead extends Head {
  /** Of the first anchor that has it. */
  day: string;
}

export interface AnchoredJob {
  /** Each that was ever anchored, in the order of the anchors: a job that was not rewritten has all of them. */
  heads: AnchoredHead[];
  /** As the last anchor that knows of it has it: not there any more, or let go. Of the latter, whether a retention allowed it. */
  gone?: 'missing' | { letGo: Allowed };
}

export interface AnchoredProject {
  projectId: string;
  jobs: Map<string, AnchoredJob>;
  /** Of the first anchor and of the last. */
  first: ProjectLine;
  line: ProjectLine;
  /** Of the last anchor. */
  day: string;
}

export interface AnchoredAnnouncement {
  /** Each that was ever anchored, in the order of the anchors. */
  heads: (AnnouncementHead & { day: string })[];
  isGone?: true;
}

/** Memory: some 300 bytes a job or announcement, and 150 for each time that it changed. */
export class Anchored {
  readonly projects = new Map<string, AnchoredProject>();
  /** Of a project, by their ids. */
  readonly announcements = new Map<string, Map<string, AnchoredAnnouncement>>();
  /** The retention that the last anchor states. */
  retentionDays: number | undefined;
  #retentionBefore: number | undefined;
  #readUntil = '';

  /** To be called for each anchor, before its files are added. */
  next({ readUntil, retentionDays }: AnchorOf) {
    this.#retentionBefore = this.#readUntil === '' ? retentionDays : this.retentionDays;
    this.retentionDays = retentionDays;
    this.#readUntil = readUntil;
  }

  /** @param lines of the anchor's file, in their order @param day of the anchor */
  add(lines: Iterable<HeadsLine>, day: string) {
    let project: AnchoredProject | undefined;
    for (const line of lines) {
      if (isProjectLine(line)) {
        const { projectId } = line;
        project = this.projects.get(projectId) ?? { projectId, jobs: new Map(), first: line, line, day };
        Object.assign(project, { line, day });
        this.projects.set(projectId, project);
      } else if (project) {
        const job = project.jobs.get(line.jobId) ?? { heads: [] };
        project.jobs.set(line.jobId, job);
        if ('gone' in line) job.gone = line.gone === 'missing' ? 'missing' : { letGo: this.#allowed(line.jobId) };
        else {
          delete job.gone;
          const { revision, head } = line;
          const last = job.heads.at(-1);
          if (last?.revision !== revision || last.head !== head) job.heads.push({ revision, head, day });
        }
      }
    }
  }

  addAnnouncements(lines: Iterable<AnnouncementLine>, day: string) {
    for (const line of lines) {
      const { expectedRestoreId, projectId } = line;
      const all = this.announcements.get(projectId) ?? new Map<string, AnchoredAnnouncement>();
      this.announcements.set(projectId, all);
      const announcement = all.get(expectedRestoreId) ?? { heads: [] };
      all.set(expectedRestoreId, announcement);
      if ('gone' in line) announcement.isGone = true;
      else {
        delete announcement.isGone;
        if (announcement.heads.at(-1)?.head !== line.head) announcement.heads.push({ ...line, day });
      }
    }
  }

  /** The job as the last anchor has it; undefined where that has it not, or no longer. */
  last(projectId: string, jobId: string): Head | undefined {
    const job = this.projects.get(projectId)?.jobs.get(jobId);
    return job?.gone === undefined ? job?.heads.at(-1) : undefined;
  }

  /** A setting may have changed at any time between two anchors. */
  #allowed = (jobId: string) =>
    mayBeLetGo(jobId, Date.parse(this.#readUntil), [this.#retentionBefore, this.retentionDays]);
}
