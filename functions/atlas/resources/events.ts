// functions/atlas/resources/events.ts: the events of a project in a window of time, newest first (docs/atlas.md#12-1).

import type { AtlasEvent } from '../../restore/requesters/event.ts';
import type { EventsQuery } from '../model/atlas.ts';
import { AtlasError } from '../model/errors.ts';
import type { Query } from '../request/call.ts';
import { EVENTS, eventsPath } from '../request/endpoints.ts';
import type { AtlasHttp } from '../request/request.ts';
import { asEvent, spelledSecond } from './event.ts';
import { pages } from './paging.ts';
import { assertWhole } from './whole.ts';

/** The upper limit in the OpenAPI file of 2026-08. */
const EVENTS_PER_PAGE = 500;
/** Pages requested at once, after the first: each waits in memory. */
const MAX_EARLY_PAGES = 5;
const SECOND = 1_000;

interface Reading {
  http: AtlasHttp;
  projectId: string;
  /** Whole seconds in ms since the epoch, both included. */
  fromMs: number;
  toMs: number;
  /** Undefined: every type. */
  wanted: ReadonlySet<string> | undefined;
  /** To be requested at once. */
  expected: number;
}

/**
 * Page after page, less what was not requested and what could not be read: a page may be empty.
 * @param query without types: events of every type
 * @throws AtlasError, ATLAS_REFUSED for an invalid window
 */
export async function* listEventPages(
  http: AtlasHttp,
  { projectId, types, since, until, expected = 0 }: EventsQuery,
): AsyncGenerator<AtlasEvent[]> {
  const fromMs = Math.floor(moment('since', since)) * SECOND;
  const toMs = Math.ceil(moment('until', until)) * SECOND;
  const wanted = types.length > 0 ? new Set(types) : undefined;
  const reading = {
    http,
    projectId,
    wanted,
    fromMs,
    toMs,
    expected: Math.min(expected, MAX_EARLY_PAGES * EVENTS_PER_PAGE),
  };
  if (fromMs > toMs) throw refused(`since (${since}) is after until (${until})`);
  if (wanted === undefined) return yield* eventPages(reading, {});
  try {
    yield* eventPages(reading, { eventType: [...wanted] });
  } catch (error) {
    if (!(error instanceof AtlasError) || error.status !== 400) throw error;
    // Most likely a type that this Atlas does not know; which one, it need not say.
    const { errorCode } = error;
    http.context.log.warn('Atlas refused a filter of event types: all events are read instead', {
      projectId,
      errorCode,
    });
    yield* eventPages(reading, {});
  }
}

async function* eventPages({ http, projectId, wanted, fromMs, toMs, expected }: Reading, filter: Query) {
  const path = eventsPath(projectId);
  // Whether Atlas includes the moments that it is given is not documented; the second beside each is cut off below.
  const window = { minDate: spelledSecond(fromMs - SECOND), maxDate: spelledSecond(toMs + SECOND) };
  const read = async (pageNum: number) => {
    // With the count, deep pages can fail; without it there is never a `next` (docs/atlas.md#12-1).
    const query = { includeCount: false, pageNum, itemsPerPage: EVENTS_PER_PAGE, ...window, ...filter };
    return (await http.get({ endpoint: EVENTS, path, query, scope: projectId })).body;
  };
  // Parsed afterwards: two pages of which nothing is kept are still two pages.
  const asSent = (element: unknown) => element;
  const what = `GET ${path}`;
  for await (const page of pages(read, asSent, { what, itemsPerPage: EVENTS_PER_PAGE, expected })) {
    const { items } = page;
    const events = items.flatMap((each) => asEvent(each) ?? []);
    const skipped = items.length - events.length;
    if (skipped > 0) http.context.log.debug('Events that could not be read were left out', { projectId, skipped });
    yield events.filter(({ type, created }) => {
      const at = Date.parse(created);
      return (wanted?.has(type) ?? true) && at >= fromMs && at <= toMs;
    });
    assertWhole(what, page);
  }
}

/** In seconds since the epoch. */
function moment(field: string, value: string): number {
  const seconds = Date.parse(value) / SECOND;
  // From 1970 to 9999: what Atlas's dates can say.
  if (seconds >= 1 && seconds < 253_402_300_799) return seconds;
  throw refused(`${field} isn't a date that Atlas can take; use ISO 8601`);
}

const refused = (problem: string) => new AtlasError('ATLAS_REFUSED', `Events were not asked for: ${problem}`);
