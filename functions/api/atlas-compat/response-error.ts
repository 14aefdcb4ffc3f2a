// functions/api/atlas-compat/response-error.ts: the errors of the Atlas view, in Atlas's own words (docs/atlas.md#5).

/** Node has them too, in a module whose import loads all of its fetch. */
const REASONS = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;
type RefusalStatus = keyof typeof REASONS;

type Violations = readonly { field: string; description: string }[];

/** Ends a request with an ApiError. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: RefusalStatus;
  readonly errorCode: string;
  readonly fields: Violations | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: RefusalStatus,
    errorCode: string,
    detail: string,
    { fields, headers = {} }: { fields?: Violations; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.status = status;
    this.errorCode = errorCode;
    this.fields = fields;
    this.headers = headers;
  }

  response(): Response {
    const body = {
      badRequestDetail: this.fields && { fields: this.fields },
      detail: this.message,
      error: this.status,
      errorCode: this.errorCode,
      // Atlas sends strings, its specification asks for objects (docs/atlas.md#9); nothing satisfies both.
      parameters: [],
      reason: REASONS[this.status],
    };
    const coded = CODED.has(this.status) && { 'x-error-code': this.errorCode };
    const headers = { ...this.headers, ...coded, 'content-type': 'application/json' };
    return new Response(JSON.stringify(body), { status: this.status, headers });
  }
}

/** Answers that repeat their code in a header, on record (docs/atlas.md#5). */
const CODED = new Set([400, 404, 409]);

const badRequest = (errorCode: string, what: string, field: string, description: string) =>
  new Refusal(400, errorCode, `${what} ${field} is invalid.`, { fields: [{ field, description }] });

export const refusals = {
  invalidGroupId: () => new Refusal(404, 'INVALID_GROUP_ID', 'An invalid group ID was specified.'),
  groupNotFound: (id: string) => new Refusal(404, 'GROUP_NOT_FOUND', `No group with ID ${id} exists.`),
  clusterNotFound: (name: string, groupId: string) =>
    new Refusal(404, 'CLUSTER_NOT_FOUND', `No cluster named ${name} exists in group ${groupId}.`),
  /** @param errorCode names the tier, as one path does not serve two (docs/atlas.md#2-1) */
  wrongTier: (errorCode: string, name: string) =>
    new Refusal(400, errorCode, `Cluster ${name} is of another tier: use the API of that tier.`, {
      fields: [{ field: 'clusterName', description: 'is of another tier' }],
    }),
  jobNotFound: (errorCode: string, id: string) => new Refusal(404, errorCode, `No restore job with ID ${id} exists.`),
  resourceNotFound: () => new Refusal(404, 'RESOURCE_NOT_FOUND', 'Cannot find resource.'),
  invalidQuery: (field: string, description: string) =>
    badRequest('INVALID_QUERY_PARAMETER', 'Query parameter', field, description),
  invalidPath: (field: string, description: string) =>
    badRequest('INVALID_PATH_PARAMETER', 'Path parameter', field, description),
  invalidVersion: () => new Refusal(406, 'INVALID_VERSION_DATE', 'Invalid accept header or version date.'),
  methodNotAllowed: (allow: string) =>
    new Refusal(405, 'METHOD_NOT_ALLOWED', 'The ledger can only be read.', { headers: { allow } }),
  unexpected: () => new Refusal(500, 'UNEXPECTED_ERROR', 'Unexpected error.'),
  unavailable: () =>
    new Refusal(503, 'SERVICE_UNAVAILABLE', 'The service is temporarily unavailable.', {
      headers: { 'retry-after': '2' },
    }),
} as const;
