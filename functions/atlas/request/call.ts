// functions/atlas/request/call.ts: one call: its parameters, its URL, its answer.

import { tryJson } from '../../platform/json.ts';
import type { TransportAnswer } from '../http/transport.ts';
import { AtlasError } from '../model/errors.ts';
import type { Endpoint } from './endpoints.ts';

/** A list is sent as the same parameter several times. */
export type Query = Record<string, string | number | boolean | readonly string[]>;

export interface Call {
  endpoint: Endpoint;
  path: string;
  query: Query;
  /** Whose bucket the call draws on: a project id, or the credentials' own. */
  scope: string;
}

export interface Answer {
  status: number;
  /** Parsed JSON, with everything that Atlas sent: not to leave this folder unredacted. */
  body: unknown;
  /** The query answered: without the count, where Atlas could not count. */
  query: Query;
}

/** Calls of one endpoint set in one scope share their tokens (docs/atlas.md#4). */
export const bucketOf = ({ endpoint, scope }: Call) => `${endpoint.bucket} ${scope}`;

/** The host comes from the configuration alone; nothing that Atlas sent can change it. */
export function urlOf(origin: string, { path, query }: Call): URL {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [value]).map((each) => `${name}=${encodeURIComponent(each)}`),
  );
  // In one go: each change of a URL's parameters writes all of it anew.
  return new URL(`${origin}${path}${pairs.length > 0 ? '?' : ''}${pairs.join('&')}`);
}

/** @throws AtlasError ATLAS_BAD_ANSWER */
export function parseBody({ status, body }: TransportAnswer, what: string): unknown {
  const answer = tryJson(body);
  if (answer !== undefined) return answer;
  // The body is not quoted: it may be the beginning of a job with its delivery URL.
  const problem = body === '' ? 'with nothing' : `with ${body.length} characters that aren't JSON, or are cut off`;
  throw new AtlasError('ATLAS_BAD_ANSWER', `${what} answered ${status} ${problem}`, { status });
}
