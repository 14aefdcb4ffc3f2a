// local/atlas/routes/routes.ts: every endpoint of the simulator but those of tokens.
import { discoveryRoutes } from './discovery.ts';
import { eventRoutes } from './events.ts';
import { rateLimitRoutes } from './rate-limits.ts';
import { restoreJobRoutes } from './restore-jobs.ts';
import { router } from './route.ts';

const served = [...discoveryRoutes, ...restoreJobRoutes, ...eventRoutes];

export const findRoute = router([...served, ...rateLimitRoutes(served)]);
