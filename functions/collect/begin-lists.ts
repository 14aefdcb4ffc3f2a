// functions/collect/begin-lists.ts asks for the newest jobs of known lists while Atlas is still asked which clusters there are:
// a round trip less for each project, in nearly all runs.
import type { Atlas, JobList, JobPage, JobPagesOptions } from '../atlas/atlas.ts';
import type { ListCoverage, Resume } from '../ledger/coverage.ts';
import type { ChosenList } from './choose-lists.ts';
import type { Places } from './places.ts';

/** Jobs to begin with that may be new, where those before them are known: Atlas's answer grows with what is asked for. */
const NEWEST = 20;
/** Lists begun at once: their pages wait in memory. */
const MAX_BEGUN = 64;

/** A list whose first page is under way. */
export interface BegunList {
  /** ISO 8601. */
  askedAt: string;
  /** What was known of it then. */
  stored: ListCoverage;
  /** To be read once. */
  pages(): AsyncGenerator<JobPage>;
}

/** Where a reading will stop at what is settled, it need not begin with a whole page. */
export function newestOf(stored: ListCoverage | undefined, resume?: Resume): JobPagesOptions {
  const { recent } = stored ?? {};
  return { fromPage: resume?.page, newest: recent && Object.keys(recent).length + NEWEST };
}

export interface BeginPorts {
  atlas: Atlas;
  places: Places;
  now(): number;
}

/**
 * Begins the first of these lists. Nothing is made of the answers here: whether a cluster is still the same is only known
 * once Atlas has said which there are. An answer that nobody asks for any more may fail.
 */
export function beginLists(projectId: string, lists: readonly ChosenList[], ports: BeginPorts): BegunList[] {
  return lists.slice(0, MAX_BEGUN).flatMap(({ cluster: { clusterName, lists: known }, kind }) => {
    const stored = known[kind];
    return stored ? [begin({ kind, projectId, clusterName }, stored, ports)] : [];
  });
}

function begin(list: JobList, stored: ListCoverage, { atlas, places, now }: BeginPorts): BegunList {
  const askedAt = new Date(now()).toISOString();
  const rest = atlas.jobPages(list, newestOf(stored))[Symbol.asyncIterator]();
  const first = places.hold(() => rest.next());
  first.catch(() => {}); // thrown again to whoever reads it
  return {
    askedAt,
    stored,
    async *pages() {
      for (let page = await first; !page.done; page = await rest.next()) yield page.value;
    },
  };
}
