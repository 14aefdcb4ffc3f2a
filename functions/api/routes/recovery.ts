// functions/api/routes/recovery.ts: GET /projects/:project/clusters/:clusterName/recovery: how long a cluster's last restores took,
// how old their data was, and its objectives.
import type { Hono } from 'hono';
import type * as z from 'zod/mini';
import type { JobSummary } from '../../ledger/model/ledger.ts';
import { DEFAULT_LIMIT } from '../../ledger/repositories/queries.ts';
import { defined } from '../../platform/defined.ts';
import { isMeasured, measurements } from '../../restore/objectives/measure.ts';
import { NO_OBJECTIVES, type Objective } from '../../restore/objectives/objective.ts';
import { RecoveryTally } from '../../restore/objectives/recovery.ts';
import type { recovery } from '../../schema/measure.ts';
import { withMeasures } from '../../views/measures.ts';
import { taggedJson } from '../http/etag.ts';
import { acceptable } from '../http/negotiate.ts';
import { described, queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { notFound, RequestProblem } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { LIMIT } from '../query/jobs-query.ts';
import { projectIdOf } from '../query/names.ts';

export const RECOVERY_PARAMETERS = {
  limit: described(LIMIT, "How many of the cluster's newest jobs are read."),
};

/** Requests: those of a page of one cluster's jobs, and 1 batch read; with the name of a project 1 query more. */
export function recoveryRoutes(
  app: Hono<ApiEnv>,
  { ledger, objectives = NO_OBJECTIVES }: Pick<ApiPorts, 'ledger' | 'objectives'>,
) {
  resource(app, '/projects/:project/clusters/:clusterName/recovery', {
    GET: async (context) => {
      acceptable(context);
      const { limit = DEFAULT_LIMIT } = readParameters(queryOf(context), RECOVERY_PARAMETERS);
      const { project = '', clusterName = '' } = context.req.param();
      const projectId = await foundProject(ledger, project);
      const [names, { items }] = await Promise.all([
        ledger.projectNames([projectId]),
        ledger.jobs({ projectId, clusterName, limit }),
      ]);
      const projectName = names.get(projectId);
      if (projectName === undefined) throw notFound(`the ledger has no project ${projectId}`);
      const jobs = items.map((job) => withMeasures(job, objectives)).filter(isMeasured);
      const tally = new RecoveryTally();
      for (const job of jobs) tally.add(job);
      const objective = shown(objectives.of(projectName, clusterName));
      const answer: z.infer<typeof recovery> = {
        ...{ projectId, projectName, clusterName, ...defined({ objective }), jobs: items.length, ...tally.sides },
        restores: jobs.map(restoreRow),
      };
      return taggedJson(context, answer);
    },
  });
}

/** A name of nothing is not found, as an id of nothing is. @throws RequestProblem 404, 409 */
async function foundProject(ledger: Pick<ApiPorts['ledger'], 'listedProjects'>, project: string): Promise<string> {
  try {
    return await projectIdOf(ledger, 'project', project);
  } catch (error) {
    throw error instanceof RequestProblem && error.problem.status === 400 ? notFound(error.message) : error;
  }
}

const shown = (objective: Objective | undefined) =>
  objective && {
    line: objective.text,
    ...defined({ rtoSeconds: objective.rtoSeconds, rpoSeconds: objective.rpoSeconds }),
  };

function restoreRow(job: ReturnType<typeof withMeasures<JobSummary>>) {
  const { jobId, requestedAt, finishedAt, kind, delivery, status, rto, rpo } = job;
  return { jobId, requestedAt, kind, delivery, status, ...defined({ finishedAt, ...measurements(job), rto, rpo }) };
}
