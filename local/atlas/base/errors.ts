// local/atlas/base/errors.ts is every refusal that the simulator can answer with, in Atlas's words (docs/atlas.md#5).
import { STATUS_CODES } from 'node:http';

export interface RefusalOptions {
  /** Strings on record, numbers too on 429; null on one endpoint (docs/atlas.md#5). @default [] */
  parameters?: readonly (string | number)[];
  /** The query parameters found wrong, each with what is wrong about it. */
  fields?: readonly { field: string; description: string }[];
  /** Whole seconds. */
  retryAfterSeconds?: number | undefined;
}

/** Ends a request with an ApiError. Thrown by whatever finds the reason, answered in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly errorCode: string;
  readonly options: RefusalOptions;

  /** @param detail a sentence for people. */
  constructor(status: number, errorCode: string, detail: string, options: RefusalOptions = {}) {
    super(detail);
    this.status = status;
    this.errorCode = errorCode;
    this.options = options;
  }

  get body() {
    const { parameters = [], fields } = this.options;
    return {
      ...(fields && { badRequestDetail: { fields } }),
      detail: this.message,
      error: this.status,
      errorCode: this.errorCode,
      parameters,
      reason: STATUS_CODES[this.status] ?? 'Unknown',
    };
  }

  get headers(): Record<string, string> {
    const { retryAfterSeconds } = this.options;
    return {
      'Content-Type': 'application/json',
      ...(CODED.has(this.status) && { 'X-Error-Code': this.errorCode }),
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    };
  }
}

/** Answers that repeat their code in a header, on record (docs/atlas.md#5). */
const CODED = new Set([400, 404, 409]);

export const refusals = {
  groupNotFound: (id: string) =>
    new Refusal(404, 'GROUP_NOT_FOUND', `No group with ID ${id} exists.`, { parameters: [id] }),

  invalidGroupId: (id: string) =>
    new Refusal(404, 'INVALID_GROUP_ID', `An invalid group ID ${id} was specified.`, { parameters: [id] }),

  clusterNotFound: (name: string, groupId: string) =>
    new Refusal(404, 'CLUSTER_NOT_FOUND', `No cluster named ${name} exists in group ${groupId}.`, {
      parameters: [name, groupId],
    }),

  serverlessNotFound: (name: string, groupId: string) =>
    new Refusal(
      404,
      'SERVERLESS_INSTANCE_NOT_FOUND',
      `No serverless instance named ${name} exists in group ${groupId}.`,
      { parameters: [name, groupId] },
    ),

  flexInClusterApi: (name: string) =>
    new Refusal(
      400,
      'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
      `Flex cluster ${name} cannot be used in the Cluster API.`,
      { parameters: [name] },
    ),

  nonFlexInFlexApi: (name: string) =>
    new Refusal(
      400,
      'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API',
      `Cannot use non-flex cluster ${name} in the flex API.`,
      { parameters: [name] },
    ),

  serverlessInClusterApi: (name: string) =>
    new Refusal(
      400,
      'CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API',
      `Serverless instance ${name} cannot be used in the Cluster API.`,
      { parameters: [name] },
    ),

  clusterInServerlessApi: (name: string) =>
    new Refusal(
      400,
      'CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API',
      `Cluster ${name} cannot be used in the Serverless Instance API.`,
      { parameters: [name] },
    ),

  incorrectBackupEndpoint: (name: string) =>
    new Refusal(
      400,
      'INCORRECT_BACKUP_API_ENDPOINT',
      `The specified cluster ${name} does not use legacy backup; use the Cloud Backup endpoints.`,
      { parameters: [name] },
    ),

  jobNotFound: (id: string) =>
    new Refusal(404, 'RESTORE_JOB_NOT_FOUND', `No restore job with ID ${id} exists.`, { parameters: [id] }),

  flexJobNotFound: (id: string) =>
    new Refusal(404, 'TENANT_RESTORE_NOT_FOUND', `No tenant restore with ID ${id} exists.`, { parameters: [id] }),

  resourceNotFound: (what: string) =>
    new Refusal(404, 'RESOURCE_NOT_FOUND', `Cannot find resource ${what}.`, { parameters: [what] }),

  invalidQuery: (field: string, description: string) =>
    new Refusal(400, 'INVALID_QUERY_PARAMETER', `Query parameter ${field} is invalid.`, {
      parameters: [field],
      fields: [{ field, description }],
    }),

  invalidPath: (field: string, description: string) =>
    new Refusal(400, 'INVALID_PATH_PARAMETER', `Path parameter ${field} is invalid.`, {
      parameters: [field],
      fields: [{ field, description }],
    }),

  missingAttribute: (name: string) =>
    new Refusal(400, 'MISSING_ATTRIBUTE', `The required attribute ${name} was not specified.`, { parameters: [name] }),

  invalidEnum: (name: string, value: string) =>
    new Refusal(400, 'INVALID_ENUM_VALUE', `An invalid enumeration value ${value} was specified for ${name}.`, {
      parameters: [value, name],
    }),

  validation: (detail: string) => new Refusal(400, 'VALIDATION_ERROR', detail),

  invalidVersion: (accept: string) =>
    new Refusal(406, 'INVALID_VERSION_DATE', 'Invalid accept header or version date.', { parameters: [accept] }),

  versionGone: () => new Refusal(410, 'VERSION_GONE', 'This version of the resource is past its sunset date.'),

  userUnauthorized: () =>
    new Refusal(401, 'USER_UNAUTHORIZED', 'Current user is not authorized to perform this action.'),

  addressRefused: (address: string) =>
    new Refusal(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', `IP address ${address} is not allowed to access this resource.`, {
      parameters: [address],
    }),

  featureUnsupported: (name: string) =>
    new Refusal(403, 'FEATURE_UNSUPPORTED', `Cluster ${name} has no backups.`, { parameters: [name] }),

  unexpected: () => new Refusal(500, 'UNEXPECTED_ERROR', 'Unexpected error.'),
  unavailable: () => new Refusal(503, 'SERVICE_UNAVAILABLE', 'The service is temporarily unavailable.'),
} as const;
