// functions/api/openapi/openapi.ts: the OpenAPI 3.1 description of the HTTP API. Its schemas are those of functions/schema/.
import { defined } from '../../platform/defined.ts';
import { coverageList } from '../../schema/coverage.ts';
import { jobList, jobWithHistory } from '../../schema/job.ts';
import { namedSchemas } from '../../schema/json-schema.ts';
import { runList, runReport, runRequest } from '../../schema/run.ts';
import { summary } from '../../schema/summary.ts';
import { JOB_APIS } from '../atlas-compat/routes.ts';
import { FORMATS } from '../http/negotiate.ts';
import { flag as flagParameter, objectId as objectIdParameter, type Parameter } from '../http/parameters.ts';
import { PROBLEMS, type ProblemName } from '../http/problem.ts';
import { JOBS_PARAMETERS } from '../query/jobs-query.ts';
import { COVERAGE_PARAMETERS } from '../routes/coverage.ts';
import { JOB_PARAMETERS } from '../routes/restore-jobs.ts';
import { RUN_PARAMETERS } from '../routes/runs.ts';
import { SUMMARY_PARAMETERS } from '../routes/summary.ts';
import { atlasError, atlasJob, atlasList, health, problem } from './schemas.ts';

type Schema = Readonly<Record<string, unknown>>;
const SCHEMAS = '#/components/schemas/';
const ref = (name: string): Schema => ({ $ref: `${SCHEMAS}${name}` });

const objectId = objectIdParameter.schema;
const text = { type: 'string' };

const query = (name: string, { schema, description }: Pick<Parameter<unknown>, 'schema' | 'description'>) =>
  defined({ name, in: 'query', schema, description });
const queries = (of: Record<string, Parameter<unknown>>) =>
  Object.entries(of).map(([name, parameter]) => query(name, parameter));
const path = (name: string, schema: Schema = text) => ({ name, in: 'path', required: true, schema });
const header = (name: string, description: string) => ({ name, in: 'header', schema: text, description });

const json = (schema: string) => ({ 'application/json': { schema: ref(schema) } });
const REQUEST_ID = { 'x-request-id': { schema: text } };
const ok = (description: string, content: object, headers: object = {}) => ({
  description,
  content,
  headers: { ...REQUEST_ID, ...headers },
});
const NEXT = { link: { schema: text, description: '`rel="next"`, unless this is the last page.' } };
const listOf = (description: string, schema: string) =>
  ok(description, { ...json(schema), [FORMATS.ndjson]: { schema: text }, [FORMATS.csv]: { schema: text } }, NEXT);

/** 401, 403 and 429 come from API Gateway, in a form of its own. */
function problems(...names: ProblemName[]) {
  const byStatus = new Map<number, string[]>();
  for (const name of [...names, 'not-acceptable', 'method-not-allowed', 'internal', 'unavailable'] as ProblemName[]) {
    const { status, title } = PROBLEMS[name];
    byStatus.set(status, [...(byStatus.get(status) ?? []), title]);
  }
  const content = { 'application/problem+json': { schema: ref('Problem') } };
  return Object.fromEntries(
    [...byStatus].map(([status, titles]) => [status, { description: titles.join('; or: '), content }]),
  );
}

const ATLAS_ERRORS: Record<number, string> = {
  400: 'Bad request: a parameter is wrong, or the cluster is of another tier',
  404: 'The ledger knows no such project, cluster or job',
  405: 'The ledger can only be read',
  406: 'No version of Atlas was requested, or one older than the resource',
  500: 'Internal server error',
  503: 'Service unavailable',
};
const atlasErrors = Object.fromEntries(
  Object.entries(ATLAS_ERRORS).map(([status, description]) => [status, { description, content: json('AtlasError') }]),
);

/** Atlas's own paths, in Atlas's own contract: its specification is the authority, this only says that they are there. */
function atlasPaths() {
  const flag = (name: string) => query(name, flagParameter);
  const number = (name: string, description?: string) =>
    query(name, defined({ schema: { type: 'integer' }, description }));
  const one = [flag('envelope'), flag('pretty')];
  const many = [
    ...one,
    flag('includeCount'),
    number('itemsPerPage', '1 to 500; others are clamped.'),
    number('pageNum'),
  ];
  const about = (api: (typeof JOB_APIS)[number], specific: object[], what: string, schema: string) => ({
    get: {
      operationId: `atlas${what}${api.kind}`,
      summary: `${api.kind} restore ${what === 'List' ? 'jobs' : 'job'} in Atlas's own contract`,
      parameters: [path('groupId', objectId), path('clusterName'), ...specific],
      responses: {
        200: ok('As Atlas says it', { [`application/vnd.atlas.${api.version}+json`]: { schema: ref(schema) } }),
        ...atlasErrors,
      },
    },
  });
  return Object.fromEntries(
    JOB_APIS.flatMap((api) => {
      const base = `/api/atlas/v2${api.path.replaceAll(/:(\w+)/g, '{$1}')}`;
      return [
        [base, about(api, many, 'List', 'AtlasList')],
        [`${base}/{jobId}`, about(api, [path('jobId', objectId), ...one], 'Job', 'AtlasJob')],
      ];
    }),
  );
}

const restoreJobs = {
  get: {
    operationId: 'listRestoreJobs',
    summary: 'Restore jobs, newest first',
    description:
      'All filters are joined by AND. A page may be shorter than `limit`, even empty, and have a next one: a filter reads at most 2,000 items a page.',
    parameters: queries(JOBS_PARAMETERS),
    responses: { 200: listOf('A page', 'JobList'), ...problems('bad-parameter') },
  },
};

const restoreJob = {
  get: {
    operationId: 'getRestoreJob',
    summary: 'One restore job with its history',
    parameters: [
      path('id', objectId),
      ...queries(JOB_PARAMETERS),
      header('If-None-Match', 'An ETag from before: 304 where nothing changed.'),
    ],
    responses: {
      200: ok('The job', json('JobWithHistory'), { etag: { schema: text } }),
      304: { description: 'Nothing changed', headers: { etag: { schema: text } } },
      ...problems('bad-parameter', 'not-found'),
    },
  },
};

const runs = {
  get: {
    operationId: 'listRuns',
    summary: 'Runs of the collector, newest first',
    parameters: queries(RUN_PARAMETERS),
    responses: { 200: listOf('A page', 'RunList'), ...problems('bad-parameter') },
  },
  post: {
    operationId: 'startRun',
    summary: 'Reads everything from Atlas, or one project, or one cluster',
    parameters: [
      header('Idempotency-Key', 'A repeat within the hour returns the same run.'),
      header('Prefer', '`wait=N`: answer when the run has finished, or after N seconds, at most 25.'),
    ],
    requestBody: { content: json('RunRequest') },
    responses: {
      200: ok('The run, finished', json('RunReport'), { location: { schema: text } }),
      202: ok('The run, under way', json('RunReport'), { location: { schema: text } }),
      ...problems(
        ...(['bad-parameter', 'bad-body', 'idempotency-conflict', 'body-too-large', 'unsupported-media-type'] as const),
        ...(['invalid-body', 'too-many-runs', 'runs-not-available'] as const),
      ),
    },
  },
};

const run = {
  get: {
    operationId: 'getRun',
    summary: 'One run, project by project',
    parameters: [path('id', objectId)],
    responses: { 200: ok('The run', json('RunReport')), ...problems('bad-parameter', 'not-found') },
  },
};

const coverage = {
  get: {
    operationId: 'listCoverage',
    summary: 'Of every cluster: when it was last read, what failed, and when it was last restored',
    parameters: queries(COVERAGE_PARAMETERS),
    responses: { 200: listOf('A page', 'CoverageList'), ...problems('bad-parameter', 'not-found') },
  },
};

const summaryOfPeriod = {
  get: {
    operationId: 'getSummary',
    summary: 'Restores of a period, counted by how they ended, what they were, what was found and when',
    parameters: queries(SUMMARY_PARAMETERS),
    responses: { 200: ok('The counts', json('Summary')), ...problems('bad-parameter') },
  },
};

const plain = (operationId: string, what: string, content: object) => ({
  get: { operationId, summary: what, responses: { 200: ok(what, content), ...problems() } },
});

export const openapi = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Atlas Restore Ledger',
    version: '1',
    description: 'Every restore of every MongoDB Atlas cluster. API Gateway answers 401, 403 and 429 by itself.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  paths: {
    '/restore-jobs': restoreJobs,
    '/restore-jobs/{id}': restoreJob,
    '/runs': runs,
    '/runs/{id}': run,
    '/coverage': coverage,
    '/summary': summaryOfPeriod,
    '/health': plain('getHealth', 'That the API is there', json('Health')),
    '/openapi.json': plain('getOpenapi', 'This document', { 'application/json': { schema: { type: 'object' } } }),
    ...atlasPaths(),
  },
  components: {
    schemas: namedSchemas(SCHEMAS, [
      ...[jobList, jobWithHistory, runList, runReport, runRequest, coverageList, summary],
      ...[health, problem, atlasList, atlasJob, atlasError],
    ]),
  },
});
