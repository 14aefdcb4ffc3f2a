// local/atlas/routes/events.ts: endpoints of a project's events (docs/atlas.md#12-1).
import { refusals } from '../base/errors.ts';
import { isObjectId } from '../base/object-id.ts';
import { boolean, type Listing } from '../base/paging.ts';
import { eventBody } from '../bodies/event.ts';
import type { EventQuery } from '../events/event-log.ts';
import { EVENT_TYPES, type SimEvent } from '../model/event.ts';

import type { Call, Route } from './route.ts';
import { FIRST } from './versions.ts';

const endpoint = { method: 'GET', versions: FIRST, bucket: 'events', kind: 'events' } as const;

export const eventRoutes: readonly Route[] = [
  {
    ...endpoint,
    path: '/groups/:groupId/events',
    java: 'ApiGroupEventsResource::getAllEvents',
    list: eventListing,
  },
  {
    ...endpoint,
    path: '/groups/:groupId/events/:eventId',
    java: 'ApiGroupEventsResource::getEvent',
    one: ({ world, params, query, scene }) => {
      const { groupId = '', eventId = '' } = params;
      if (!isObjectId(eventId)) throw refusals.invalidPath('eventId', `${eventId} is not 24 hexadecimal digits.`);
      const event = world.chronicle.event(groupId, eventId, scene.now);
      if (!event) throw refusals.resourceNotFound(`Event with id ${eventId}`);
      return eventBody(event, scene, boolean(query, 'includeRaw', false));
    },
  },
];

const FILTERS = ['eventType', 'excludedEventType', 'clusterNames', 'minDate', 'maxDate'];

function eventListing({ world, params, query, scene }: Call): Listing {
  const withRaw = boolean(query, 'includeRaw', false);
  const wanted = eventQuery(query);
  const given = Object.fromEntries(FILTERS.map((name) => [name, query.getAll(name)]));
  const names = new Set(query.getAll('clusterNames'));
  const isOfCluster = ({ fields }: SimEvent) => names.size === 0 || names.has(String(fields.clusterName));
  const events = function* () {
    for (const event of world.chronicle.events(params.groupId ?? '', wanted, scene.now))
      if (isOfCluster(event)) yield event;
  };
  return {
    get total() {
      let count = 0;
      for (const _ of events()) count++;
      return count;
    },
    slice(offset, limit) {
      const bodies: object[] = [];
      let place = 0;
      for (const event of events()) {
        if (place >= offset + limit) break;
        if (place++ >= offset) bodies.push(eventBody(event, scene, withRaw));
      }
      return bodies;
    },
    echo: { ...given, includeRaw: String(withRaw) },
    uncounted: 0,
  };
}

/** The moments themselves are left out: whether Atlas includes them is not documented, and this returns fewer. */
function eventQuery(query: URLSearchParams): EventQuery {
  const [only, never] = [types(query, 'eventType'), types(query, 'excludedEventType')];
  const [after, before] = [date(query, 'minDate'), date(query, 'maxDate')];
  return {
    ...(after !== undefined && { from: after + 1 }),
    ...(before !== undefined && { to: before - 1 }),
    wants: (type) => (only.size === 0 || only.has(type)) && !never.has(type),
  };
}

/** @throws Refusal 400 for a name that is none. That Atlas does so is inferred. */
function types(query: URLSearchParams, name: string): Set<string> {
  const given = query.getAll(name);
  const unknown = given.find((type) => !EVENT_TYPES.has(type));
  if (unknown !== undefined) throw refusals.invalidEnum(name, unknown);
  return new Set(given);
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function date(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw refusals.invalidQuery(name, `${text} is not a date and time.`);
  return ms;
}
