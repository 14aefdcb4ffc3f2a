// functions/api/atlas-compat/routes.ts: Atlas's own paths, answered from the ledger in Atlas's own contract (docs/atlas.md#1): so a
// client written for Atlas reads the history of a cluster that Atlas no longer lists.

import { type Context, Hono } from 'hono';
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import { LedgerError } from '../../ledger/model/errors.ts';
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import { type NumberedPage, PageOutOfReach } from '../../ledger/repositories/ledger-reader.ts';
import { isObjectId } from '../../restore/object-id.ts';
import type { Kind } from '../../schema/words.ts';
import { queryOf } from '../http/parameters.ts';
import { MAX_BODY_BYTES, wireBytes } from '../http/payload-limit.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { ownUrl } from '../http/prefix.ts';
import { resource } from '../http/resource.ts';
import { jobBody } from './job-body.ts';
import { type Asked, asked, askedOfOne, pageLinks } from './paging.ts';
import { Refusal, refusals } from './response-error.ts';
import { mediaType } from './version.ts';

interface JobApi {
  kind: Kind;
  path: string;
  /** Its newest version. */
  version: string;
  /** The code for a cluster that this API does not serve, by tier. */
  refused: Partial<Record<ClusterCoverage['tier'], string>>;
  jobNotFound: string;
  /** False: there is no `includeCount`, and it always counts. */
  hasIncludeCount: boolean;
}

const CLUSTER_API = {
  refused: {
    flex: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
    serverless: 'CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API',
  },
  jobNotFound: 'RESTORE_JOB_NOT_FOUND',
};
const IN_FLEX = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';
const IN_SERVERLESS = 'CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API';

export const JOB_APIS: readonly JobApi[] = [
  {
    ...CLUSTER_API,
    kind: 'dedicated',
    path: '/groups/:groupId/clusters/:clusterName/backup/restoreJobs',
    version: '2023-01-01',
    hasIncludeCount: true,
  },
  {
    ...CLUSTER_API,
    kind: 'collection',
    path: '/groups/:groupId/clusters/:clusterName/collectionRestoreJobs',
    version: '2025-03-12',
    hasIncludeCount: false,
  },
  {
    kind: 'flex',
    path: '/groups/:groupId/flexClusters/:clusterName/backup/restoreJobs',
    version: '2024-11-13',
    refused: { dedicated: IN_FLEX, serverless: IN_FLEX, free: IN_FLEX },
    jobNotFound: 'TENANT_RESTORE_NOT_FOUND',
    hasIncludeCount: true,
  },
  {
    kind: 'serverless',
    path: '/groups/:groupId/serverless/:clusterName/backup/restoreJobs',
    version: '2023-01-01',
    refused: { dedicated: IN_SERVERLESS, flex: IN_SERVERLESS, free: IN_SERVERLESS },
    jobNotFound: 'RESTORE_JOB_NOT_FOUND',
    hasIncludeCount: true,
  },
];

interface Place {
  groupId: string;
  clusterName: string;
}

/**
 * Requests: a list counts its jobs in 1 query a MB of the index (some 700 jobs), or with includeCount=false only up to the
 * end of its page, and takes 1 batch read for each 100 of the page. A job is 1 read. Where there is nothing to show, 1
 * query more says why.
 */
export function atlasRoutes({ ledger, log }: Pick<ApiPorts, 'ledger' | 'log'>): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  for (const api of JOB_APIS) {
    resource(app, api.path, { GET: (context) => list(context, api) }, refusals.methodNotAllowed);
    resource(app, `${api.path}/:jobId`, { GET: (context) => one(context, api) }, refusals.methodNotAllowed);
  }
  app.all('*', () => {
    throw refusals.resourceNotFound();
  });
  app.onError((error, context) => refusalOf(error, context).response());
  return app;

  async function list(context: Context<ApiEnv>, api: JobApi) {
    const type = mediaType(context.req.header('accept'), api.version);
    const { groupId, clusterName } = placeOf(context);
    const paging = asked(queryOf(context));
    if (!api.hasIncludeCount) paging.includeCount = true;
    const page = await numbered({ groupId, clusterName }, api, paging);
    if (page.seen === 0) await refuseUnlessServed({ groupId, clusterName }, api);

    const url = ownUrl(context);
    const results = await sendable(ledger.jobsOf(groupId, page.jobIds), url, paging.pretty);
    const status = paging.envelope ? 200 : undefined;
    const body = { links: pageLinks(url, paging, page.more), results, totalCount: page.total, status };
    return answer(context, type, body, paging.pretty);
  }

  async function numbered({ groupId, clusterName }: Place, { kind }: JobApi, paging: Asked): Promise<NumberedPage> {
    const { pageNum, itemsPerPage: take, includeCount: count } = paging;
    try {
      const of = { projectId: groupId, clusterName, kind };
      return await ledger.numberedPage(of, { skip: (pageNum - 1) * take, take, count });
    } catch (error) {
      if (!(error instanceof PageOutOfReach)) throw error;
      throw refusals.invalidQuery('pageNum', 'is further than pages can be counted: use GET /restore-jobs');
    }
  }

  async function one(context: Context<ApiEnv>, api: JobApi) {
    const type = mediaType(context.req.header('accept'), api.version);
    const place = placeOf(context);
    const jobId = context.req.param('jobId') ?? '';
    if (!isObjectId(jobId)) throw refusals.invalidPath('restoreJobId', 'must be 24 hexadecimal digits');
    const { envelope, pretty } = askedOfOne(queryOf(context));
    const job = await ledger.jobOf(place.groupId, jobId);
    if (job?.clusterName !== place.clusterName || job.kind !== api.kind) {
      await refuseUnlessServed(place, api);
      throw refusals.jobNotFound(api.jobNotFound, jobId);
    }
    const content = jobBody(job, ownUrl(context));
    return answer(context, type, envelope ? { content, status: 200 } : content, pretty);
  }

  /** Says why there is nothing to show, where that is not an answer in itself. @throws Refusal 400, 404 */
  async function refuseUnlessServed({ groupId, clusterName }: Place, { refused }: JobApi) {
    const { coverage, archived = [] } = (await ledger.projectRecord(groupId)) ?? {};
    if (!coverage) throw refusals.groupNotFound(groupId);
    const clusters = [...Object.values(coverage.clusters), ...archived];
    const cluster = clusters.find((one) => one.clusterName === clusterName);
    if (!cluster) throw refusals.clusterNotFound(clusterName, groupId);
    const errorCode = refused[cluster.tier];
    if (errorCode !== undefined) throw refusals.wrongTier(errorCode, clusterName);
  }

  function refusalOf(error: Error, context: Context<ApiEnv>): Refusal {
    if (error instanceof Refusal) return error;
    const requestId = context.get('requestId');
    const { name, message: reason, stack } = error;
    log.error('request failed', { requestId, request: `GET ${context.req.path}`, error: name, reason, stack });
    return error instanceof LedgerError && error.transient ? refusals.unavailable() : refusals.unexpected();
  }
}

/** @throws Refusal 404 for a group id that is none, 400 for a cluster name that is none */
function placeOf(context: Context<ApiEnv>): Place {
  const { groupId = '', clusterName = '' } = context.req.param() as Partial<Place>;
  if (!isObjectId(groupId)) throw refusals.invalidGroupId();
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/.test(clusterName)) {
    throw refusals.invalidPath('clusterName', 'must be letters, digits and hyphens');
  }
  return { groupId, clusterName };
}

/**
 * A shorter page than asked for would say that it is the last one, so one that is too large is refused with what would do.
 * Only collection jobs, which may name 200 namespaces each, come near it.
 */
async function sendable(jobs: AsyncIterable<LedgerJob>, url: string, pretty: boolean): Promise<object[]> {
  const bodies: object[] = [];
  let bytes = 0;
  for await (const job of jobs) {
    const body = jobBody(job, `${url}/${job.jobId}`);
    const text = json(body, pretty);
    bytes += wireBytes(text) + (pretty ? 4 * text.split('\n').length : 1); // each line indented further, inside the list
    if (bytes > MAX_BODY_BYTES) {
      throw refusals.invalidQuery(
        'itemsPerPage',
        `is too many for one answer: ask for ${Math.max(1, bodies.length)} or fewer`,
      );
    }
    bodies.push(body);
  }
  return bodies;
}

const json = (body: object, pretty: boolean) => JSON.stringify(body, null, pretty ? 2 : 0);

const answer = (context: Context<ApiEnv>, type: string, body: object, pretty: boolean) =>
  context.body(json(body, pretty), 200, { 'content-type': type, vary: 'accept' });
