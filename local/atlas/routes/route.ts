// local/atlas/routes/route.ts: an endpoint, and the router that finds it for a path.
import type { Kind } from '../../../functions/schema/words.ts';
import type { BucketName, Buckets } from '../base/buckets.ts';
import type { Listing } from '../base/paging.ts';
import type { Scene } from '../base/scene.ts';
import type { Version } from '../base/versions.ts';
import type { ClusterRef } from '../world/organization.ts';
import type { World } from '../world/world.ts';

/** Whether serverless is over: its paths gone, its lists empty, or everything as it was. */
export type Serverless = 'sunset' | 'empty' | 'alive';

/** One request, once its credentials, version and project are known to be good. */
export interface Call {
  world: World;
  buckets: Buckets;
  serverless: Serverless;
  /** Whose credentials were accepted: a public key or a client id. */
  user: string;
  scene: Scene;
  /** The parts of the path that the endpoint names, decoded. */
  params: Partial<Record<string, string>>;
  query: URLSearchParams;
  version: Version;
  /** What a POST sent; undefined where it sent none. */
  body: unknown;
}

interface Endpoint {
  method: 'GET' | 'POST';
  /** Below `/api/atlas/v2`; `:name` stands for any one part. */
  path: string;
  /** Oldest first. */
  versions: readonly Version[];
  bucket?: BucketName;
  /** Shown in `X-Java-Method`. */
  java: string;
  /** Of the restore jobs that it is about, or events. */
  kind?: Kind | 'events';
}

/** Answers with one thing. Throws Refusal. */
export type OneRoute = Endpoint & { one(call: Call): object };

/** Answers with a list, which is then cut into pages. Throws Refusal. */
export type ListRoute = Endpoint & { list(call: Call): Listing };

export type Route = OneRoute | ListRoute;

export interface Match {
  route: Route;
  params: Call['params'];
}

/** The cluster in the path. */
export const clusterRef = ({ params }: Call): ClusterRef => ({
  projectId: params.groupId ?? '',
  clusterName: params.clusterName ?? '',
});

/** Finds the endpoint for a request among those given. */
export function router(routes: readonly Route[]): (method: string, path: string) => Match | undefined {
  const known = routes.map((route) => ({ route, parts: `/api/atlas/v2${route.path}`.split('/') }));
  return (method, path) => {
    const parts = path.split('/');
    for (const { route, parts: pattern } of known) {
      if (route.method !== method || pattern.length !== parts.length) continue;
      const params = matched(pattern, parts);
      if (params) return { route, params };
    }
    return undefined;
  };
}

function matched(pattern: readonly string[], parts: readonly string[]): Call['params'] | undefined {
  const params: Call['params'] = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith(':')) params[expected.slice(1)] = decoded(part);
    else if (expected !== part) return undefined;
  }
  return params;
}

/** What cannot be decoded stays as it is, and then names nothing. */
function decoded(part: string) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
