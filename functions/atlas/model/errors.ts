// functions/atlas/model/errors.ts: the one error that leaves functions/atlas/.

export type AtlasErrorCode =
  /** 401: credentials missing, wrong or expired, or a role too small. */
  | 'ATLAS_UNAUTHORIZED'
  /** 402, 403: access list, plan, policy, billing. */
  | 'ATLAS_FORBIDDEN'
  /** 404, whoever said so: see `absence`. */
  | 'ATLAS_NOT_FOUND'
  /** 410, whoever said so: see `absence`. */
  | 'ATLAS_GONE'
  /** 400 CANNOT_USE_..._IN_..._API: a cluster belongs to another tier's API. */
  | 'ATLAS_WRONG_TIER'
  /** Any other 4xx: the request itself is refused. */
  | 'ATLAS_REFUSED'
  /** 429. */
  | 'ATLAS_RATE_LIMITED'
  /** 5xx, a lost connection, a late answer. */
  | 'ATLAS_UNAVAILABLE'
  /** An answer that is cut off, too large, not JSON, or of another shape than requested. */
  | 'ATLAS_BAD_ANSWER'
  /** The secret with the credentials is missing, unreadable or of no known shape. */
  | 'ATLAS_CREDENTIALS';

/**
 * What Atlas itself says is not there. `endpoint`: this Atlas has no such list. `tier`: the cluster is of another tier, so its
 * jobs are in another list.
 */
export type Absence = 'project' | 'cluster' | 'job' | 'endpoint' | 'tier';

export interface AtlasErrorDetails {
  /** HTTP status, where there was an answer. */
  status?: number;
  /** Atlas's own code from the body, such as CLUSTER_NOT_FOUND. */
  errorCode?: string;
  /** How long to stay away, in ms, where Atlas said so, or where it's known how long the next attempt would have waited. */
  retryAfterMs?: number;
  /** @see AtlasError.fromAtlas */
  fromAtlas?: boolean;
  /** @see AtlasError.absence */
  absence?: Absence;
  /** @see AtlasError.aboutRole */
  aboutRole?: boolean;
  /** The same call would fail the same way again, whatever the code says: an answer over the size limit, say. */
  lasting?: boolean;
  cause?: unknown;
}

/** The only error that leaves functions/atlas/. Callers branch on `code`. It never holds a credential or a URL that is one. */
export class AtlasError extends Error {
  override readonly name = 'AtlasError';
  readonly code: AtlasErrorCode;
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly lasting: boolean;
  /** The answer is an error in Atlas's own form, not the word of a proxy on the way there. */
  readonly fromAtlas: boolean;
  /**
   * What is not there, by Atlas's own word. Absent for every other refusal, whatever its status: a 404 of a proxy says
   * nothing about a cluster.
   */
  readonly absence: Absence | undefined;
  /** The credentials are good, but their role or organization is not: others that see the project may be let in. */
  readonly aboutRole: boolean;
  readonly #details: AtlasErrorDetails;

  /** @param message what was tried, what came back, what to do: 'GET /groups answered 401: check the key' */
  constructor(code: AtlasErrorCode, message: string, details: AtlasErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.#details = details;
    this.status = details.status;
    this.errorCode = details.errorCode;
    this.retryAfterMs = details.retryAfterMs;
    this.lasting = details.lasting ?? false;
    this.fromAtlas = details.fromAtlas ?? false;
    this.absence = details.absence;
    this.aboutRole = details.aboutRole ?? false;
  }

  /** The same error with another message. */
  saying(message: string, details: Pick<AtlasErrorDetails, 'retryAfterMs'> = {}): AtlasError {
    return new AtlasError(this.code, message, { ...this.#details, ...details });
  }

  /** True where the same call, unchanged, may succeed later. */
  get transient() {
    if (this.lasting) return false;
    return this.code === 'ATLAS_RATE_LIMITED' || this.code === 'ATLAS_UNAVAILABLE' || this.code === 'ATLAS_BAD_ANSWER';
  }
}
