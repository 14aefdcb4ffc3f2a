// functions/api/routes/coverage.ts: GET /coverage: when each cluster was last read, and what failed.
import type { Hono } from 'hono';
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import type { Page } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { COVERAGE_STATES, DRILL_STATES } from '../../schema/words.ts';
import { COVERAGE_COLUMNS, type CoverageRow, coverageCells, coverageRows, tagWanted } from '../../views/coverage.ts';
import { listAnswer } from '../http/list.ts';
import { BOM, FORMAT } from '../http/negotiate.ts';
import { described, objectId, oneOf, queryOf, readParameters, text } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { badParameter, notFound } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { CLUSTER, PROJECT, TAG } from '../query/job-filters.ts';
import { CURSOR, LIMIT } from '../query/jobs-query.ts';
import { placeAsked } from '../query/names.ts';
import { taggedClusters } from '../query/tagged-clusters.ts';

/** Projects a page. */
const DEFAULT_LIMIT = 100;

export const COVERAGE_PARAMETERS = {
  project: described(
    PROJECT,
    'Only this one, by its id or its name; with clusters that are gone for more than a week.',
  ),
  cluster: described(CLUSTER, 'Only this one, in `project` where the name is of several.'),
  projectId: described(objectId, 'As `project`, by the id alone, which saves a query.'),
  clusterName: described(text('the name of a cluster'), 'As `cluster`, not looked up. Needs `projectId`.'),
  drill: described(oneOf(DRILL_STATES), 'Clusters whose drill is in this state.'),
  tag: described(
    TAG,
    'Clusters that have any of these tags (key, equals sign, and a pattern of the value), and what may hide one: clusters whose `tags` are not known, and rows about a project. A tag that no cluster has is refused, where one page has all of them.',
  ),
  state: described(oneOf(COVERAGE_STATES), 'Rows in this state.'),
  limit: described(LIMIT, 'Projects a page.'),
  cursor: CURSOR,
  format: FORMAT,
  bom: BOM,
};

/** Requests: 1 query and 1 batch read for each 25 projects; of one project 1 batch read and 1 query, and those of its name. */
export function coverageRoutes(
  app: Hono<ApiEnv>,
  { ledger, now, lateAfterMs, objectives }: Pick<ApiPorts, 'ledger' | 'now' | 'lateAfterMs' | 'objectives'>,
) {
  resource(app, '/coverage', {
    GET: async (context) => {
      const asked = readParameters(queryOf(context), COVERAGE_PARAMETERS);
      const { drill, state, cursor, limit = DEFAULT_LIMIT } = asked;
      const { projectId, clusterName } = await placeAsked(ledger, asked);
      if (projectId !== undefined && cursor !== undefined) throw badParameter('cursor', 'one project has no pages');
      const mayHaveTag = tagWanted(asked.tag);
      const isWanted = (row: CoverageRow) =>
        mayHaveTag(row) &&
        (clusterName === undefined || row.clusterName === clusterName) &&
        (drill === undefined || row.drill?.state === drill) &&
        (state === undefined || row.state === state);
      let held: readonly ProjectFacts[] = [];
      const listing = {
        name: 'coverage',
        columns: COVERAGE_COLUMNS,
        rows: ({ archived, ...project }: Covered) =>
          coverageRows(project, { now: now(), lateAfterMs, objectives }, archived).filter(isWanted),
        cells: (row: object) => coverageCells(row as CoverageRow),
        read: async (max: number): Promise<Page<Covered>> => {
          const page: Page<Covered> =
            projectId !== undefined
              ? { items: [await oneProject(projectId)] }
              : await ledger.projectPage(defined({ limit: max, cursor, held }));
          if (projectId === undefined) held = page.items;
          // Of several pages, another one may have it.
          const isAll = cursor === undefined && page.cursor === undefined;
          if (asked.tag && isAll) taggedClusters(asked.tag, page.items);
          return page;
        },
      };
      return listAnswer(context, listing, limit);
    },
  });

  async function oneProject(projectId: string): Promise<Covered> {
    const record = await ledger.projectRecord(projectId);
    if (!record) throw notFound(`the ledger has no project ${projectId}`);
    return record;
  }
}

type Covered = ProjectFacts & { archived?: ClusterCoverage[] };
