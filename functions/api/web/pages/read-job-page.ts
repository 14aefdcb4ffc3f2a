// functions/api/web/pages/read-job-page.ts: the page of one restore, with what it names beside the job.
import type { LedgerJob } from '../../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import { NO_OBJECTIVES, type Objectives } from '../../../restore/objectives/objective.ts';
import type { Html } from '../../../views/html/text.ts';
import { withMeasures } from '../../../views/measures.ts';
import type { ShownForm } from '../annotations/form.ts';
import { namesOf, projectsOf } from '../parts/project-names.ts';
import { awaitsEvents } from '../parts/requester-part.ts';
import { jobPage } from './job-page.ts';

export interface JobPagePorts {
  ledger: Pick<LedgerReader, 'projectNames' | 'coverage'>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** @default none */
  objectives?: Objectives | undefined;
}

/**
 * Requests: 1 batch read for a job that went to another project, 1 read for one of which events may yet name the requester.
 * @param form for whoever may annotate from the page
 */
export async function readJobPage(
  { ledger, now, objectives = NO_OBJECTIVES }: JobPagePorts,
  job: LedgerJob,
  form: ShownForm | undefined,
): Promise<Html> {
  const [names, ofProject] = await Promise.all([
    namesOf(ledger, projectsOf([job])),
    awaitsEvents(job) ? ledger.coverage(job.projectId) : undefined,
  ]);
  const about = { eventsUnreadable: ofProject?.attribution?.error, form };
  return jobPage(withMeasures(job, objectives), names, now(), about);
}
