// functions/api/http/problem.ts: the API's errors, RFC 9457 problem documents. docs/http-api.md lists the types.
import { defined } from '../../platform/defined.ts';

/** Programs branch on these; they don't change. */
export const PROBLEMS = {
  'bad-parameter': { status: 400, title: 'Bad request' },
  'bad-body': { status: 400, title: 'Bad request' },
  'evidence-too-long': { status: 400, title: 'Bad request' },
  'not-signed-in': { status: 401, title: 'Not signed in' },
  'other-site': { status: 403, title: 'Forbidden' },
  'caller-not-known': { status: 403, title: 'Forbidden' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'Not acceptable' },
  'ambiguous-name': { status: 409, title: 'Conflict' },
  'idempotency-conflict': { status: 409, title: 'Conflict' },
  'annotations-full': { status: 409, title: 'Conflict' },
  'expected-restores-full': { status: 409, title: 'Conflict' },
  'job-let-go': { status: 409, title: 'Conflict' },
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'body-too-large': { status: 413, title: 'Content too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'invalid-body': { status: 422, title: 'Unprocessable content' },
  'too-many-runs': { status: 429, title: 'Too many requests' },
  'too-many-evidence-jobs': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal server error' },
  'evidence-not-available': { status: 501, title: 'Not implemented' },
  'annotations-not-available': { status: 501, title: 'Not implemented' },
  'runs-not-available': { status: 501, title: 'Not implemented' },
  unavailable: { status: 503, title: 'Service unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemName = keyof typeof PROBLEMS;

export interface Problem {
  type: string;
  title: string;
  status: number;
  /** For people: what is wrong and what to do. Never an inside message. */
  detail?: string;
  /** The parameter, header, or field of the body that is wrong. */
  field?: string;
  /** What an ambiguous name may stand for. */
  candidates?: readonly Candidate[];
}

export interface Candidate {
  projectId: string;
  projectName: string;
  clusterName?: string;
}

/** Ends a request with a problem document. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    name: ProblemName,
    {
      field,
      detail,
      headers = {},
      candidates,
    }: {
      field?: string;
      detail?: string;
      headers?: Record<string, string>;
      candidates?: readonly Candidate[];
    } = {},
  ) {
    const { status, title } = PROBLEMS[name];
    super(detail ?? title);
    this.problem = defined({ type: `/problems/${name}`, title, status, detail, field, candidates });
    this.headers = headers;
  }

  response(requestId: string): Response {
    return new Response(JSON.stringify({ ...this.problem, requestId }), {
      status: this.problem.status,
      headers: { ...this.headers, 'content-type': 'application/problem+json' },
    });
  }
}

export const badParameter = (field: string, detail: string) => new RequestProblem('bad-parameter', { field, detail });
export const notFound = (detail: string) => new RequestProblem('not-found', { detail });
