// functions/api/openapi/schemas.ts: the schemas of problems, and of what Atlas's own paths answer.
import * as z from 'zod/mini';
import { anyObject, count, list, named, oneOf, optional, text } from '../../schema/types.ts';
import { PROBLEMS, type ProblemName } from '../http/problem.ts';

export const health = named('Health', z.object({ status: z.literal('ok') }));
export const problem = named(
  'Problem',
  z.object({
    type: oneOf((Object.keys(PROBLEMS) as ProblemName[]).map((name) => `/problems/${name}`)),
    title: text(),
    status: z.int().check(z.minimum(400), z.maximum(599)),
    detail: optional(text()),
    field: optional(text('The parameter, header, or field of the body that is wrong.')),
    candidates: optional(
      list(z.object({ projectId: text(), projectName: text(), clusterName: optional(text()) })),
      'What an ambiguous name may stand for.',
    ),
    requestId: text(),
  }),
);

export const gatewayMessage = named('GatewayMessage', z.object({ message: text() }));

export const atlasList = named(
  'AtlasList',
  z.object({
    results: list(anyObject()),
    links: list(z.object({ href: text(), rel: text() })),
    totalCount: optional(count()),
    status: optional(z.literal(200)),
  }),
);
export const atlasJob = named('AtlasJob', anyObject(), "In Atlas's own schema.");
export const atlasError = named(
  'AtlasError',
  z.object({
    error: z.int(),
    errorCode: text(),
    reason: text(),
    detail: text(),
    parameters: list(anyObject()),
    badRequestDetail: optional(z.object({ fields: list(z.object({ field: text(), description: text() })) })),
  }),
);
