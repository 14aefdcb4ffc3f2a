// functions/api/openapi/atlas-paths.ts: Atlas's own paths in the OpenAPI document.
import { defined } from '../../platform/defined.ts';
import { JOB_APIS } from '../atlas-compat/routes.ts';
import { flag as flagParameter } from '../http/parameters.ts';
import { json, objectId, ok, path, query, ref } from './parts.ts';

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

const INTEGER = { type: 'integer', minimum: -999_999_999, maximum: 999_999_999 };
const CLUSTER_NAME = { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$' };

/** Atlas's own paths, in Atlas's own contract: its specification is the authority, this only says that they are there. */
export function atlasPaths() {
  const flag = (name: string) => query(name, flagParameter);
  const number = (name: string, description?: string) => query(name, defined({ schema: INTEGER, description }));
  const one = [flag('envelope'), flag('pretty')];
  const many = [
    ...one,
    flag('includeCount'),
    number('itemsPerPage', '1 to 500; others are clamped.'),
    number('pageNum'),
  ];
  const about = (
    api: (typeof JOB_APIS)[number],
    {
      specific,
      schema,
      what,
      operationId,
    }: { specific: object[]; schema: string; what: string; operationId(kind: string): string },
  ) => ({
    get: {
      operationId: operationId(api.kind),
      summary: `${api.kind} restore ${what} in Atlas's own contract`,
      parameters: [path('groupId', objectId), path('clusterName', CLUSTER_NAME), ...specific],
      responses: {
        200: ok('As Atlas says it', { [`application/vnd.atlas.${api.version}+json`]: { schema: ref(schema) } }),
        ...atlasErrors,
      },
    },
  });
  const LIST = {
    ...{ specific: many, schema: 'AtlasList', what: 'jobs' },
    operationId: (kind: string) => `listAtlas${capitalized(kind)}RestoreJobs`,
  };
  const JOB = {
    ...{ specific: [path('jobId', objectId), ...one], schema: 'AtlasJob', what: 'job' },
    operationId: (kind: string) => `getAtlas${capitalized(kind)}RestoreJob`,
  };
  return Object.fromEntries(
    JOB_APIS.flatMap((api) => {
      const base = `/api/atlas/v2${api.path.replaceAll(/:(\w+)/g, '{$1}')}`;
      return [
        [base, about(api, LIST)],
        [`${base}/{jobId}`, about(api, JOB)],
      ];
    }),
  );
}

const capitalized = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
