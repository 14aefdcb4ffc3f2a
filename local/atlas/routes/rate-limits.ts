// local/atlas/routes/rate-limits.ts: endpoints of the rate limits in force, without the tokens left (docs/atlas.md#4).
import { type BucketName, type Buckets, ENDPOINT_SETS } from '../base/buckets.ts';
import { refusals } from '../base/errors.ts';
import { listing } from '../base/paging.ts';
import type { Route } from './route.ts';
import { NEWEST } from './versions.ts';

/** Which filter asks for the limits of which scope. */
const SCOPES = { groupId: 'GROUP', orgId: 'ORGANIZATION', userId: 'USER' } as const;

/** @param routes every other endpoint, each of which belongs to one set at most. */
export function rateLimitRoutes(routes: readonly Route[]): Route[] {
  const endpoint = { method: 'GET', versions: NEWEST, bucket: 'rateLimits' } as const;
  return [
    {
      ...endpoint,
      path: '/rateLimits',
      java: 'ApiAtlasRateLimitsResource::getAllRateLimits',
      list: ({ buckets, query }) => {
        const scopes = Object.entries(SCOPES).flatMap(([filter, scope]) => (query.has(filter) ? [scope] : []));
        const name = query.get('name');
        const path = query.get('endpointPath');
        const sets = endpointSets(routes, buckets).filter(
          (set) =>
            (scopes.length === 0 || scopes.includes(set.scope)) &&
            (name === null || set.endpointSetName === name) &&
            (path === null || set.endpoints.some((known) => known.path === path)),
        );
        return { ...listing(sets, (set) => set), hasIncludeCount: false };
      },
    },
    {
      ...endpoint,
      path: '/rateLimits/:endpointSetId',
      java: 'ApiAtlasRateLimitsResource::getRateLimit',
      one: ({ buckets, params }) => {
        const set = endpointSets(routes, buckets).find(({ endpointSetId }) => endpointSetId === params.endpointSetId);
        if (!set) throw refusals.resourceNotFound(`Endpoint set with id ${params.endpointSetId}`);
        return set;
      },
    },
  ];
}

function endpointSets(routes: readonly Route[], buckets: Buckets) {
  return (Object.keys(ENDPOINT_SETS) as BucketName[]).flatMap((bucket) => {
    const limit = buckets.limit(bucket);
    if (!limit) return [];
    const usual = ENDPOINT_SETS[bucket];
    return {
      capacity: { value: limit.capacity, defaultValue: usual.capacity },
      endpointSetId: `${bucket}_${usual.scope.toLowerCase()}`,
      endpointSetName: usual.name,
      endpoints: routes
        .filter((route) => route.bucket === bucket)
        .map(({ method, path }) => ({ method, path: `/api/atlas/v2${path.replace(/:(\w+)/g, '{$1}')}` })),
      refillDurationSeconds: { value: limit.seconds, defaultValue: usual.seconds },
      refillRate: { value: limit.refill, defaultValue: usual.refill },
      scope: usual.scope,
    };
  });
}
