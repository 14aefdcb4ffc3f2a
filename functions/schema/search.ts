// functions/schema/search.ts: every public field of what a search finds.
import * as z from 'zod/mini';
import { count, flag, list, map, moment, named, oneOf, optional, text } from './types.ts';
import { HIT_KINDS } from './words.ts';

export const searchHit = named(
  'SearchHit',
  z.object({
    kind: oneOf(HIT_KINDS),
    value: text('The id, the name, or the ticket.'),
    name: optional(text('Of a project; of a cluster with its project.')),
    jobs: optional(count('Restores among those that were searched.')),
    filter: optional(map(text()), 'Parameters of `GET /restore-jobs` that ask for its restores.'),
    page: text('The path of its page.'),
  }),
);

export const searchResult = named(
  'SearchResult',
  z.object({
    q: text(),
    hits: list(searchHit, 'Those that are what was searched for first, then those that hold it. At most 50.'),
    complete: flag('False: not everything was searched, or not every hit is shown.'),
    searchedFrom: optional(
      moment('Restores requested before were not searched for requesters, tickets and snapshots.'),
    ),
  }),
);
