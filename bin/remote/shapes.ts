// bin/remote/shapes.ts: the schemas of the API's answers. Fields and values of later versions are let through.
import * as z from 'zod/mini';
import { coverageList } from '../../functions/schema/coverage.ts';
import { announcedRestore, expectedRestore, expectedRestoreList } from '../../functions/schema/expected-restore.ts';
import { jobList, measuredJobWithHistory } from '../../functions/schema/job.ts';
import { runList, runReport } from '../../functions/schema/run.ts';
import { searchResult } from '../../functions/schema/search.ts';
import { summary } from '../../functions/schema/summary.ts';
import { ApiError } from './errors.ts';

export type RunReport = z.infer<typeof runReport>;

export const ANSWERS = {
  job: measuredJobWithHistory,
  jobs: jobList,
  runs: runList,
  run: runReport,
  coverage: coverageList,
  summary,
  search: searchResult,
  expected: expectedRestore,
  announced: announcedRestore,
  expectedList: expectedRestoreList,
};

/** The value itself, so that it is shown as it was sent. @param what `GET /runs` @throws ApiError */
export function understood<S extends z.core.$ZodType>(what: string, schema: S, value: unknown): z.infer<S> {
  const result = z.safeParse(schema, value);
  if (result.success) return value as z.infer<S>;
  const [{ path, message } = { path: [], message: 'another shape' }] = result.error.issues;
  throw new ApiError(
    `${what} was answered with something else than expected, at ${path.join('.') || 'its top'}: ${message}; is it a restore ledger's API, and no newer than this program?`,
  );
}
