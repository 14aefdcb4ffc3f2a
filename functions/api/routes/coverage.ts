// functions/api/routes/coverage.ts says of every cluster when it was last read, and what failed.
import type { Hono } from 'hono';
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import type { Page } from '../../ledger/model/ledger.ts';
import { COVERAGE_STATES, DRILL_STATES } from '../../schema/words.ts';
import { COVERAGE_COLUMNS, type CoverageRow, coverageCells, coverageRows } from '../../views/coverage.ts';
import { listAnswer } from '../http/list.ts';
import { FORMAT } from '../http/negotiate.ts';
import { objectId, oneOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { badParameter, notFound } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { CURSOR, LIMIT } from '../query/jobs-query.ts';

/** Projects a page. */
const DEFAULT_LIMIT = 100;

const PARAMETERS = {
  projectId: objectId,
  drill: oneOf(DRILL_STATES),
  state: oneOf(COVERAGE_STATES),
  limit: LIMIT,
  cursor: CURSOR,
  format: FORMAT,
};

interface Covered {
  project: ProjectFacts;
  archived: ClusterCoverage[];
}

/** Requests: 1 query and 1 batch read for each 25 projects; with `projectId` 1 query. */
export function coverageRoutes(
  app: Hono<ApiEnv>,
  { ledger, now, lateAfterMs }: Pick<ApiPorts, 'ledger' | 'now' | 'lateAfterMs'>,
) {
  resource(app, '/coverage', {
    GET: (context) => {
      const asked = readParameters(new URL(context.req.url).searchParams, PARAMETERS);
      const { projectId, drill, state, cursor, limit = DEFAULT_LIMIT } = asked;
      if (projectId !== undefined && cursor !== undefined) throw badParameter('cursor', 'one project has no pages');
      const listing = {
        name: 'coverage',
        columns: COVERAGE_COLUMNS,
        rows: ({ project, archived }: Covered): CoverageRow[] =>
          coverageRows(project, { now: now(), lateAfterMs }, archived).filter(
            (row) =>
              (drill === undefined || row.drill?.state === drill) && (state === undefined || row.state === state),
          ),
        cells: (row: object) => coverageCells(row as CoverageRow),
        read: (most: number) => (projectId === undefined ? everyProject(most) : oneProject(projectId)),
      };
      return listAnswer(context, listing, limit);

      async function everyProject(most: number): Promise<Page<Covered>> {
        const page = await ledger.projectPage({ limit: most, ...(cursor === undefined ? {} : { cursor }) });
        return { ...page, items: page.items.map((project) => ({ project, archived: [] })) };
      }
    },
  });

  async function oneProject(projectId: string): Promise<Page<Covered>> {
    const record = await ledger.projectRecord(projectId);
    if (!record) throw notFound(`the ledger has no project ${projectId}`);
    return { items: [{ project: record, archived: record.archived }] };
  }
}
