// functions/atlas/resources/restore-jobs.ts: restore jobs of the four kinds. Nothing leaves here before redaction.
import { isObject } from '../../platform/json.ts';
import { type RedactedJob, redactAnswer, redactJob } from '../../restore/redact/redact.ts';
import type { JobList, JobPage, JobPagesOptions } from '../model/atlas.ts';
import { AtlasError } from '../model/errors.ts';
import type { Query } from '../request/call.ts';
import { type Endpoint, JOB_LISTS, jobPath, jobsPath } from '../request/endpoints.ts';
import type { AtlasHttp } from '../request/request.ts';
import { pages } from './paging.ts';

/** The pages of a list, in Atlas's order, which is newest first. */
export async function* listJobPages(
  http: AtlasHttp,
  list: JobList,
  { fromPage = 1, newest, ahead }: JobPagesOptions,
): AsyncGenerator<JobPage> {
  if (!Number.isSafeInteger(fromPage) || fromPage < 1) {
    throw new AtlasError('ATLAS_REFUSED', 'fromPage is a whole number from 1. Nothing was sent');
  }
  const endpoint = JOB_LISTS[list.kind];
  const path = jobsPath(list);
  // With the count a missing `next` is known to mark the end (docs/atlas.md#1-1); once a list can't be counted, it isn't again.
  let counted: Query = endpoint.counts ? { includeCount: true } : {};
  const reading = (itemsPerPage: number) => async (pageNum: number) => {
    const query = { pageNum, itemsPerPage, ...counted };
    const answer = await http.get({ endpoint, path, query, scope: list.projectId });
    if (answer.query.includeCount === false) counted = { includeCount: false };
    return answer.body;
  };
  const what = `GET ${path}`;
  const { itemsPerPage } = endpoint;
  if (newest !== undefined && newest < itemsPerPage && fromPage === 1) {
    for await (const { items: jobs, ...page } of pages(reading(newest), asJob, { what, itemsPerPage: newest })) {
      yield { ...page, pageNum: 0, jobs };
      if (page.last) return;
      break;
    }
  }
  const options = { what, itemsPerPage, fromPage, ahead, confirm: true };
  for await (const { items: jobs, ...page } of pages(reading(itemsPerPage), asJob, options)) yield { ...page, jobs };
}

/** @throws AtlasError */
export async function readJob(http: AtlasHttp, list: JobList, jobId: string) {
  const path = jobPath(list, jobId);
  const endpoint = JOB_LISTS[list.kind];
  const withJob = { ...endpoint, absences: [...endpoint.absences, 'job'] } satisfies Endpoint;
  const { body } = await http.get({ endpoint: withJob, path, query: {}, scope: list.projectId });
  const job = asJob(body);
  if ('notAJob' in job)
    throw new AtlasError('ATLAS_BAD_ANSWER', `GET ${path} was answered with something that isn't a job`);
  return job;
}

function asJob(element: unknown): RedactedJob | { notAJob: unknown } {
  return isObject(element) ? redactJob(element) : { notAJob: redactAnswer(element) };
}
