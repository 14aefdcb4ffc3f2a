// functions/api/openapi/common.ts: what all operations have alike, so that none can lack it.
import { header, json, text } from './parts.ts';

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: object[];
  responses: Record<string, object>;
}
type Paths = Record<string, Record<string, Operation>>;

/** By the beginning of a path, the longest first. */
const TAGS: readonly (readonly [path: string, name: string, description: string])[] = [
  ['/api/atlas/v2', 'Atlas', "Restore jobs at Atlas's own paths, in Atlas's own contract."],
  ['/restore-jobs', 'Restore jobs', 'Restore jobs with their history and annotations.'],
  ['/runs', 'Runs', 'Runs of the collector.'],
  ['/expected-restores', 'Announced restores', 'Restores that people announce before they request them.'],
  ['/coverage', 'Coverage', 'What was read, and when.'],
  ['/projects', 'Reports', 'What the restores add up to.'],
  ['/evidence', 'Reports', 'What the restores add up to.'],
  ['/summary', 'Reports', 'What the restores add up to.'],
  ['/', 'Service', 'The service itself.'],
];

export const tags = () =>
  [...new Map(TAGS.map(([, name, description]) => [name, description]))].map(([name, description]) => ({
    name,
    description,
  }));

const tagOf = (path: string) => TAGS.find(([start]) => path.startsWith(start))?.[1];

/** What API Gateway answers by itself, in a form of its own. */
const GATEWAY: Record<number, string> = {
  401: 'API Gateway: no valid token',
  403: 'API Gateway: not signed, or not allowed',
  429: 'API Gateway: too many requests',
};

/** Every read can be asked about again. */
const NOT_MODIFIED = {
  304: { description: 'Nothing changed', headers: { etag: { schema: text } } },
};

/** Operations with their tag, API Gateway's answers, and for reads the validator. */
export const completed = (paths: Paths): Paths =>
  Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, completedOperation(path, method, operation)]),
      ),
    ]),
  );

function completedOperation(path: string, method: string, operation: Operation): Operation & { tags: unknown[] } {
  const { summary, description = summary, parameters = [], responses } = operation;
  const isTagged =
    method === 'get' && responses[200] !== undefined && !UNTAGGED.some((start) => path.startsWith(start));
  const gateway = Object.fromEntries(
    Object.entries(GATEWAY).flatMap(([status, why]) =>
      responses[status] ? [] : [[status, { description: why, content: json('GatewayMessage') }]],
    ),
  );
  return {
    ...operation,
    description,
    tags: [tagOf(path)],
    parameters: isTagged ? [...parameters, IF_NONE_MATCH] : parameters,
    responses: { ...responses, ...(isTagged ? NOT_MODIFIED : {}), ...gateway },
  };
}

const UNTAGGED = ['/api/atlas/v2', '/health', '/evidence'];
const IF_NONE_MATCH = header('If-None-Match', 'An ETag from before: 304 where nothing changed.');

/** A deployed API has one of the first two, by its setting `apiAuthorization`; `serve` has none. */
export const SECURITY_SCHEMES = {
  iam: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'AWS Signature Version 4 for the service `execute-api`.',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Of the issuer in `jwtIssuer`.' },
};
export const SECURITY = [{ iam: [] }, { token: [] }, {}];
