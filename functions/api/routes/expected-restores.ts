// functions/api/routes/expected-restores.ts: restores that people announce before they request them.
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { defined } from '../../platform/defined.ts';
import { EXPECTED_STATES } from '../../schema/words.ts';
import { EXPECTED_COLUMNS, expectedCells } from '../../views/expected.ts';
import { foundExpected, rowsOf } from '../expected/rows.ts';
import { taggedJson } from '../http/etag.ts';
import { listAnswer } from '../http/list.ts';
import { acceptable, BOM, FORMAT } from '../http/negotiate.ts';
import { described, objectId, oneOf, queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { PROJECT } from '../query/job-filters.ts';
import { CURSOR, LIMIT } from '../query/jobs-query.ts';
import { placeAsked } from '../query/names.ts';

/** All texts of one take less, in any encoding. */
const MAX_BODY_BYTES = 20_000;
const DEFAULT_LIMIT = 50;

export const EXPECTED_PARAMETERS = {
  project: described(PROJECT, 'Of restores of its clusters, by its id or its name.'),
  projectId: described(objectId, 'As `project`, by the id alone, which saves a query.'),
  state: described(oneOf(EXPECTED_STATES), 'In this state. A page may hold few, or none, and go on.'),
  limit: LIMIT,
  cursor: CURSOR,
  format: FORMAT,
  bom: BOM,
};

/**
 * Requests: of the list 1 query, 1 batch read for each 100, and those of coverage for each project whose restores should have come; of
 * one 1 query and 1 read. Announcing takes 2 reads, 1 query and 1 write; withdrawing those of one, 1 read and 1 write.
 */
export function expectedRestoreRoutes(app: Hono<ApiEnv>, ports: ApiPorts) {
  const { ledger } = ports;
  app.use('/expected-restores', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }));

  resource(app, '/expected-restores', {
    GET: async (context) => {
      const asked = readParameters(queryOf(context), EXPECTED_PARAMETERS);
      const { state, cursor, limit = DEFAULT_LIMIT } = asked;
      const { projectId } = await placeAsked(ledger, asked);
      const listing = {
        name: 'expectedRestores',
        columns: EXPECTED_COLUMNS,
        rows: (row: object) => [row],
        cells: expectedCells,
        read: async (max: number) => {
          const page = await ledger.expectedPage(defined({ projectId, cursor, limit: max }));
          const rows = await rowsOf(page.items, ports);
          return { ...page, items: rows.filter((row) => state === undefined || row.state === state) };
        },
      };
      return listAnswer(context, listing, limit);
    },
    POST: async (context) => (await import('../expected/methods.ts')).postExpected(context, ports),
  });

  resource(app, '/expected-restores/:id', {
    GET: async (context) => {
      acceptable(context);
      readParameters(queryOf(context), {});
      const [row] = await rowsOf([await foundExpected(context, ledger)], ports);
      return taggedJson(context, row);
    },
    DELETE: async (context) => (await import('../expected/methods.ts')).deleteExpected(context, ports),
  });
}

function tooLarge(): never {
  throw new RequestProblem('body-too-large', { detail: `the body may have ${MAX_BODY_BYTES} bytes` });
}
