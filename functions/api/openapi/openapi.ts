// functions/api/openapi/openapi.ts: the OpenAPI 3.1 description of the HTTP API. Its schemas are those of functions/schema/.
import { annotationRequest, validationRequest } from '../../schema/annotation.ts';
import { coverageList } from '../../schema/coverage.ts';
import { evidenceJob } from '../../schema/evidence.ts';
import {
  announcedRestore,
  expectedRestore,
  expectedRestoreList,
  expectedRestoreRequest,
} from '../../schema/expected-restore.ts';
import { jobList, measuredJobWithHistory } from '../../schema/job.ts';
import { namedSchemas } from '../../schema/json-schema.ts';
import { recovery } from '../../schema/measure.ts';
import { runList, runReport, runRequest } from '../../schema/run.ts';
import { searchResult } from '../../schema/search.ts';
import { summary } from '../../schema/summary.ts';
import { EVIDENCE_PARAMETERS } from '../evidence/parameters.ts';
import { SUMMARY_PARAMETERS } from '../query/asked-summary.ts';
import { JOBS_PARAMETERS } from '../query/jobs-query.ts';
import { JOB_PARAMETERS } from '../query/one-job.ts';
import { SEARCH_PARAMETERS } from '../query/search.ts';
import { COVERAGE_PARAMETERS } from '../routes/coverage.ts';
import { EXPECTED_PARAMETERS } from '../routes/expected-restores.ts';
import { RECOVERY_PARAMETERS } from '../routes/recovery.ts';
import { RUN_PARAMETERS } from '../routes/runs.ts';
import { atlasPaths } from './atlas-paths.ts';
import { completed, SECURITY, SECURITY_SCHEMES, tags } from './common.ts';
import { header, json, listOf, objectId, ok, path, problems, queries, ref, SCHEMAS, text } from './parts.ts';
import { atlasError, atlasJob, atlasList, gatewayMessage, health, problem } from './schemas.ts';

const restoreJobs = {
  get: {
    operationId: 'listRestoreJobs',
    summary: 'Restore jobs, newest first',
    description:
      'All filters are joined by AND. A page may be shorter than `limit`, even empty, and have a next one: a filter reads at most 2,000 items a page.',
    parameters: queries(JOBS_PARAMETERS),
    responses: {
      200: listOf('A page', 'JobList', {
        'tags-not-known': { schema: text, description: 'With `tag`: how many clusters may have it. Absent: none.' },
      }),
      ...problems('bad-parameter', 'ambiguous-name'),
    },
  },
};

const restoreJob = {
  get: {
    operationId: 'getRestoreJob',
    summary: 'One restore job with its history',
    parameters: [path('id', objectId), ...queries(JOB_PARAMETERS)],
    responses: {
      200: ok('The job', json('MeasuredJobWithHistory'), { etag: { schema: text } }),
      ...problems('bad-parameter', 'not-found', 'ambiguous-name'),
    },
  },
};

const annotatingProblems = problems(
  ...([
    'bad-parameter',
    'bad-body',
    'caller-not-known',
    'not-found',
    'ambiguous-name',
    'annotations-full',
    'job-let-go',
    'precondition-failed',
  ] as const),
  ...(['body-too-large', 'unsupported-media-type', 'invalid-body', 'annotations-not-available'] as const),
);

const annotating = (operationId: string, summaryText: string, content: object) => ({
  operationId,
  summary: summaryText,
  parameters: [
    path('id', objectId),
    ...queries(JOB_PARAMETERS),
    header('If-Match', "The job's ETag: 412 where the job has changed since, unless it says this already."),
  ],
  requestBody: { required: true, content },
  responses: {
    200: ok(
      'The job as it is now; nothing was added to its history if it said this already',
      json('MeasuredJobWithHistory'),
      {
        etag: { schema: text },
        'content-location': { schema: text },
      },
    ),
    ...annotatingProblems,
  },
});

const validation = {
  put: annotating('putValidation', 'The result of checking the restored data', json('ValidationRequest')),
};

const annotation = {
  patch: annotating('patchAnnotation', 'What a restore was for, and what was checked', {
    'application/merge-patch+json': { schema: ref('AnnotationRequest') },
    ...json('AnnotationRequest'),
  }),
};

const KEY = { type: 'string', pattern: '^[ -~]{1,255}$' };
const expectedProblems = ['annotations-not-available', 'caller-not-known'] as const;

const expectedRestores = {
  get: {
    operationId: 'listExpectedRestores',
    summary: 'Announced restores, those that end last first',
    parameters: queries(EXPECTED_PARAMETERS),
    responses: { 200: listOf('A page', 'ExpectedRestoreList'), ...problems('bad-parameter', 'ambiguous-name') },
  },
  post: {
    operationId: 'announceRestore',
    summary: 'Announces a restore before it is requested',
    parameters: [
      header('Idempotency-Key', 'A repeat with the same `projectId` and `until` returns the same announcement.', KEY),
    ],
    requestBody: { required: true, content: json('ExpectedRestoreRequest') },
    responses: {
      200: ok('It was announced before, with the same key', json('AnnouncedRestore'), { location: { schema: text } }),
      201: ok('Announced', json('AnnouncedRestore'), { location: { schema: text } }),
      ...problems(
        ...expectedProblems,
        ...(['bad-parameter', 'bad-body', 'idempotency-conflict', 'expected-restores-full', 'body-too-large'] as const),
        ...(['unsupported-media-type', 'invalid-body', 'not-found', 'ambiguous-name'] as const),
      ),
    },
  },
};

const expectedRestoreById = {
  get: {
    operationId: 'getExpectedRestore',
    summary: 'One announced restore',
    parameters: [path('id', objectId)],
    responses: {
      200: ok('The announcement', json('ExpectedRestore')),
      ...problems('bad-parameter', 'not-found'),
    },
  },
  delete: {
    operationId: 'withdrawExpectedRestore',
    summary: 'Withdraws an announcement, for good: it stays on record',
    parameters: [path('id', objectId)],
    responses: {
      200: ok('As it is then; the same where it was withdrawn before', json('ExpectedRestore')),
      ...problems(...expectedProblems, 'bad-parameter', 'not-found'),
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
      header('Idempotency-Key', 'A repeat within the hour returns the same run.', KEY),
      header('Prefer', '`wait=N`: answer when the run has finished, or after N seconds, at most 25.'),
    ],
    requestBody: { content: json('RunRequest') },
    responses: {
      200: ok('The run, finished', json('RunReport'), { location: { schema: text } }),
      202: ok('The run, under way', json('RunReport'), { location: { schema: text } }),
      ...problems(
        ...(['bad-parameter', 'bad-body', 'idempotency-conflict', 'body-too-large', 'unsupported-media-type'] as const),
        ...(['invalid-body', 'ambiguous-name', 'too-many-runs', 'runs-not-available'] as const),
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
    responses: {
      200: listOf('A page', 'CoverageList'),
      ...problems('bad-parameter', 'not-found', 'ambiguous-name'),
    },
  },
};

const summaryOfPeriod = {
  get: {
    operationId: 'getSummary',
    summary: 'Restores of a period, counted by how they ended, what they were, what was found and when',
    parameters: queries(SUMMARY_PARAMETERS),
    responses: { 200: ok('The counts', json('Summary')), ...problems('bad-parameter', 'ambiguous-name') },
  },
};

const searchOfAll = {
  get: {
    operationId: 'search',
    summary: 'What a text is the id or the name of',
    description:
      'A restore, a snapshot, a project, a cluster, whoever requested restores, a ticket. Browsers get a page.',
    parameters: queries(SEARCH_PARAMETERS).map((q) => ({ ...q, required: true })),
    responses: {
      200: ok('The hits', { ...json('SearchResult'), 'text/html': { schema: text } }),
      303: { description: 'To the page of the only hit, for a browser', headers: { location: { schema: text } } },
      ...problems('bad-parameter'),
    },
  },
};

const recoveryOfCluster = {
  get: {
    operationId: 'getRecovery',
    summary:
      'How long the last restores of a cluster took, how old their data was, and whether that met its objectives',
    parameters: [path('project'), path('clusterName'), ...queries(RECOVERY_PARAMETERS)],
    responses: {
      200: ok('The restores', json('Recovery')),
      ...problems('bad-parameter', 'not-found', 'ambiguous-name'),
    },
  },
};

const OUTCOME = {
  'content-disposition': { schema: text, description: 'A file name.' },
  'x-evidence-summary': { schema: text, description: 'What the report comes to, in a line.' },
  'x-evidence-integrity': { schema: text, description: '`unbroken`, `broken` or `not verified`.' },
};
const REPORT = {
  'application/json': {
    schema: {
      type: 'object',
      required: ['schemaVersion', 'verdict', 'numbers', 'gaps', 'projects'],
      properties: {
        schemaVersion: { type: 'integer' },
        verdict: { type: 'object' },
        numbers: { type: 'object' },
        gaps: { type: 'array', items: { type: 'object' } },
        projects: { type: 'array', items: { type: 'object' } },
      },
    },
  },
  'text/html': { schema: text },
  'text/csv': { schema: text },
  'application/pdf': { schema: text },
};

const evidence = {
  get: {
    operationId: 'getEvidence',
    summary: 'A report for an auditor: every restore of a period, and the proof that there were no others',
    parameters: [
      ...queries(EVIDENCE_PARAMETERS),
      header(
        'Prefer',
        '`respond-async`: answer 202; with `wait=N`, only where the report takes longer than N seconds.',
      ),
    ],
    responses: {
      200: ok('The report', REPORT, OUTCOME),
      202: ok('It takes longer: `Location` says how it stands', json('EvidenceJob'), { location: { schema: text } }),
      303: { description: 'The same, to a browser', headers: { location: { schema: text } } },
      ...problems(
        'bad-parameter',
        'evidence-too-long',
        'not-found',
        'ambiguous-name',
        'too-many-evidence-jobs',
        'evidence-not-available',
      ),
    },
  },
};

const evidenceOf = {
  get: {
    operationId: 'getEvidenceJob',
    summary: 'How a report stands that takes longer',
    parameters: [path('id')],
    responses: {
      200: ok('How it stands', { ...json('EvidenceJob'), 'text/html': { schema: text } }),
      ...problems('bad-parameter', 'not-found', 'evidence-not-available'),
    },
  },
};

const evidenceReport = {
  get: {
    operationId: 'getEvidenceReport',
    summary: 'That report, once it is done',
    parameters: [path('id')],
    responses: {
      200: ok('The report', REPORT, OUTCOME),
      303: { description: 'It is there, for some minutes', headers: { location: { schema: text } } },
      ...problems('bad-parameter', 'not-found', 'evidence-not-available'),
    },
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
    description: 'Every restore of every MongoDB Atlas cluster.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '.', description: 'Where this document is' }],
  security: SECURITY,
  tags: tags(),
  paths: completed({
    '/restore-jobs': restoreJobs,
    '/restore-jobs/{id}': restoreJob,
    '/restore-jobs/{id}/validation': validation,
    '/restore-jobs/{id}/annotation': annotation,
    '/expected-restores': expectedRestores,
    '/expected-restores/{id}': expectedRestoreById,
    '/runs': runs,
    '/runs/{id}': run,
    '/coverage': coverage,
    '/summary': summaryOfPeriod,
    '/search': searchOfAll,
    '/projects/{project}/clusters/{clusterName}/recovery': recoveryOfCluster,
    '/evidence': evidence,
    '/evidence/{id}': evidenceOf,
    '/evidence/{id}/report': evidenceReport,
    '/health': plain('getHealth', 'That the API is there', json('Health')),
    '/openapi.json': plain('getOpenapi', 'This document', { 'application/json': { schema: { type: 'object' } } }),
    ...atlasPaths(),
  }),
  components: {
    securitySchemes: SECURITY_SCHEMES,
    schemas: namedSchemas(SCHEMAS, [
      ...[
        annotationRequest,
        validationRequest,
        expectedRestore,
        announcedRestore,
        expectedRestoreRequest,
        expectedRestoreList,
      ],
      ...[jobList, measuredJobWithHistory, runList, runReport, runRequest, coverageList, summary, recovery],
      ...[searchResult, evidenceJob, health, problem, gatewayMessage, atlasList, atlasJob, atlasError],
    ]),
  },
});
