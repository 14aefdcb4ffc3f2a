// local/atlas/base/errors.ts: every error of the simulated API, in Atlas's words (docs/atlas.md#5).
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

const refusal = (status: number, errorCode: string, detail: string, ...parameters: string[]) =>
  new Refusal(status, errorCode, detail, { parameters });

const invalidParameter = (where: 'Query' | 'Path') => (field: string, description: string) =>
  new Refusal(400, `INVALID_${where.toUpperCase()}_PARAMETER`, `${where} parameter ${field} is invalid.`, {
    parameters: [field],
    fields: [{ field, description }],
  });

export const refusals = {
  groupNotFound: (id: string) => refusal(404, 'GROUP_NOT_FOUND', `No group with ID ${id} exists.`, id),
  invalidGroupId: (id: string) => refusal(404, 'INVALID_GROUP_ID', `An invalid group ID ${id} was specified.`, id),
  clusterNotFound: (name: string, group: string) =>
    refusal(404, 'CLUSTER_NOT_FOUND', `No cluster named ${name} exists in group ${group}.`, name, group),
  serverlessNotFound: (name: string, group: string) => {
    const detail = `No serverless instance named ${name} exists in group ${group}.`;
    return refusal(404, 'SERVERLESS_INSTANCE_NOT_FOUND', detail, name, group);
  },
  flexInClusterApi: (name: string) => {
    const detail = `Flex cluster ${name} cannot be used in the Cluster API.`;
    return refusal(400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', detail, name);
  },
  nonFlexInFlexApi: (name: string) => {
    const detail = `Cannot use non-flex cluster ${name} in the flex API.`;
    return refusal(400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', detail, name);
  },
  serverlessInClusterApi: (name: string) => {
    const detail = `Serverless instance ${name} cannot be used in the Cluster API.`;
    return refusal(400, 'CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API', detail, name);
  },
  clusterInServerlessApi: (name: string) => {
    const detail = `Cluster ${name} cannot be used in the Serverless Instance API.`;
    return refusal(400, 'CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API', detail, name);
  },
  incorrectBackupEndpoint: (name: string) => {
    const detail = `The specified cluster ${name} does not use legacy backup; use the Cloud Backup endpoints.`;
    return refusal(400, 'INCORRECT_BACKUP_API_ENDPOINT', detail, name);
  },
  jobNotFound: (id: string) => refusal(404, 'RESTORE_JOB_NOT_FOUND', `No restore job with ID ${id} exists.`, id),
  flexJobNotFound: (id: string) =>
    refusal(404, 'TENANT_RESTORE_NOT_FOUND', `No tenant restore with ID ${id} exists.`, id),
  resourceNotFound: (what: string) => refusal(404, 'RESOURCE_NOT_FOUND', `Cannot find resource ${what}.`, what),
  invalidQuery: invalidParameter('Query'),
  invalidPath: invalidParameter('Path'),
  missingAttribute: (name: string) =>
    refusal(400, 'MISSING_ATTRIBUTE', `The required attribute ${name} was not specified.`, name),
  invalidEnum: (name: string, value: string) =>
    refusal(400, 'INVALID_ENUM_VALUE', `An invalid enumeration value ${value} was specified for ${name}.`, value, name),
  validation: (detail: string) => refusal(400, 'VALIDATION_ERROR', detail),
  invalidVersion: (accept: string) =>
    refusal(406, 'INVALID_VERSION_DATE', 'Invalid accept header or version date.', accept),
  versionGone: () => refusal(410, 'VERSION_GONE', 'This version of the resource is past its sunset date.'),
  userUnauthorized: () => refusal(401, 'USER_UNAUTHORIZED', 'Current user is not authorized to perform this action.'),
  addressRefused: (address: string) => {
    const detail = `IP address ${address} is not allowed to access this resource.`;
    return refusal(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', detail, address);
  },
  featureUnsupported: (name: string) => refusal(403, 'FEATURE_UNSUPPORTED', `Cluster ${name} has no backups.`, name),
  unexpected: () => refusal(500, 'UNEXPECTED_ERROR', 'Unexpected error.'),
  unavailable: () => refusal(503, 'SERVICE_UNAVAILABLE', 'The service is temporarily unavailable.'),
} as const;
