// functions/api/web/answers/ports.ts: what the pages are made from.
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import type { Log } from '../../../platform/log.ts';
import type { Annotator } from '../../../restore/annotations.ts';
import type { Objectives } from '../../../restore/objectives/objective.ts';
import type { Html } from '../../../views/html/text.ts';
import type { EvidencePort } from '../../http/ports.ts';

export interface PagePorts {
  ledger: Pick<
    LedgerReader,
    | 'overview'
    | 'job'
    | 'jobs'
    | 'indexedJobs'
    | 'lookAtJobs'
    | 'lookAtDays'
    | 'jobsAt'
    | 'dayCounts'
    | 'coverage'
    | 'projects'
    | 'projectRecord'
    | 'listedProjects'
    | 'projectNames'
    | 'projectFacts'
    | 'newestJobs'
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

/** With its defaults. */
export interface ReadPorts extends Pick<PagePorts, 'ledger' | 'now' | 'evidence'> {
  lateAfterMs: number;
  objectives: Objectives;
}

export interface PageAnswer {
  page: Html;
  status: 200 | 400 | 404 | 409;
}
