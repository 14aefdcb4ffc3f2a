// functions/anchors/anchored.ts: the heads of histories that anchors hold, put together from their files.
import type { Head, HeadsLine, ProjectLine } from './heads-file.ts';
import { isProjectLine } from './heads-file.ts';

export interface AnchoredHead extends Head {
  /** Of the first anchor that has it. */
  day: string;
}

export interface AnchoredJob {
  /** Each that was ever anchored, in the order of the anchors: a job that was not rewritten has all of them. */
  heads: AnchoredHead[];
  /** As the last anchor that knows of it has it. */
  gone?: 'let-go' | 'missing';
}

export interface AnchoredProject {
  projectId: string;
  jobs: Map<string, AnchoredJob>;
  /** Of the last anchor. */
  line: ProjectLine;
}

/** Memory: some 300 bytes a job, and 150 for each time that it changed. */
export class Anchored {
  readonly projects = new Map<string, AnchoredProject>();

  /** @param lines of the anchor's file, in their order @param day of the anchor */
  add(lines: Iterable<HeadsLine>, day: string) {
    let project: AnchoredProject | undefined;
    for (const line of lines) {
      if (isProjectLine(line)) {
        project = this.projects.get(line.projectId) ?? { projectId: line.projectId, jobs: new Map(), line };
        project.line = line;
        this.projects.set(line.projectId, project);
      } else if (project) {
        const job = project.jobs.get(line.jobId) ?? { heads: [] };
        project.jobs.set(line.jobId, job);
        if ('gone' in line) job.gone = line.gone;
        else {
          delete job.gone;
          const { revision, head } = line;
          const last = job.heads.at(-1);
          if (last?.revision !== revision || last.head !== head) job.heads.push({ revision, head, day });
        }
      }
    }
  }

  /** The job as the last anchor has it; undefined where that has it not, or no longer. */
  last(projectId: string, jobId: string): Head | undefined {
    const job = this.projects.get(projectId)?.jobs.get(jobId);
    return job?.gone === undefined ? job?.heads.at(-1) : undefined;
  }
}
