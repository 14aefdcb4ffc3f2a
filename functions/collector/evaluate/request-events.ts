// functions/collector/evaluate/request-events.ts: the project events in which restores were requested.
import type { Atlas } from '../../atlas/model/atlas.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { AtlasEvent } from '../../restore/requesters/event.ts';
import { REQUEST_TYPES } from '../../restore/requesters/match-requests.ts';
import { iso } from './attribution.ts';
import { REACH_MS } from './unattributed-jobs.ts';

/** Pages of 500 events of requests; a project with more restores than that is attributed as far back as they reach. */
const MAX_PAGES = 40;

export interface RequestEvents {
  events: AtlasEvent[];
  /** Everything from here on was read. */
  since: string;
}

/** @param oldest request time of the oldest job @param expected how many jobs were requested, with an event each */
export async function readRequestEvents(
  projectId: string,
  { oldest, until, expected }: { oldest: string; until: string; expected: number },
  { atlas, log }: { atlas: Pick<Atlas, 'events'>; log: Log },
): Promise<RequestEvents | AtlasError> {
  const since = iso(Date.parse(oldest) - REACH_MS);
  const events: AtlasEvent[] = [];
  try {
    let pages = 0;
    let last: string | undefined;
    for await (const page of atlas.events({ projectId, types: REQUEST_TYPES, since, until, expected })) {
      events.push(...page);
      pages += 1;
      last = page.at(-1)?.created ?? last; // a page may hold no event of these types
      if (pages >= MAX_PAGES) return { events, since: last === undefined ? until : iso(Date.parse(last) + REACH_MS) };
    }
    return { events, since };
  } catch (error) {
    if (!(error instanceof AtlasError)) throw error;
    const { code, message: reason } = error;
    log.info('events could not be read, so requesters are not known', { projectId, code, reason });
    return error;
  }
}
