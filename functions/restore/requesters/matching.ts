// functions/restore/requesters/matching.ts: the pairs that occur in maximum matchings of jobs and events.
//
// If several exist, only pairs present in all of them are certain. All of them are wrong only where the event of one job is missing, and
// the job of another event.

interface JobNode<P> {
  edges: Edge<P>[];
  event?: EventNode<P>;
}
interface EventNode<P> {
  edges: Edge<P>[];
  job?: JobNode<P>;
}
interface Edge<P> {
  pair: P;
  job: JobNode<P>;
  event: EventNode<P>;
}

export interface Choice<P> {
  /** The job's pairs that occur in at least one greatest assignment. */
  pairs: P[];
  /** It has an event in every greatest assignment. */
  always: boolean;
}

/** One choice for each job that is in a pair. Takes time in proportion to the pairs, but for what must be reassigned. */
export function choices<J, P extends { job: J; event: unknown }>(pairs: Iterable<P>): Map<J, Choice<P>> {
  const { jobs, events } = graphOf<J, P>(pairs);
  assign(jobs.values());
  const free = [...jobs.values()].filter(({ event }) => event === undefined);
  const spare = [...events.values()].filter(({ job }) => job === undefined);
  /** Can be left without, if those before take over. */
  const canMiss = reachable(free, holders);
  /** Can give their event away and take another. */
  const canMove = reachable(spare.flatMap(askers), (job) => (job.event ? askers(job.event) : []));
  const ringOf = rings([...jobs.values()]);

  const occurs = ({ job, event }: Edge<P>) =>
    event.job === undefined ||
    event.job === job ||
    canMiss.has(job) ||
    canMove.has(event.job) ||
    ringOf.get(job) === ringOf.get(event.job);
  return new Map(
    [...jobs].map(([job, node]) => [
      job,
      { pairs: node.edges.filter(occurs).map(({ pair }) => pair), always: !canMiss.has(node) },
    ]),
  );
}

function graphOf<J, P extends { job: J; event: unknown }>(pairs: Iterable<P>) {
  const jobs = new Map<J, JobNode<P>>();
  const events = new Map<unknown, EventNode<P>>();
  for (const pair of pairs) {
    const job = jobs.get(pair.job) ?? { edges: [] };
    const event = events.get(pair.event) ?? { edges: [] };
    jobs.set(pair.job, job);
    events.set(pair.event, event);
    const edge = { pair, job, event };
    job.edges.push(edge);
    event.edges.push(edge);
  }
  return { jobs, events };
}

const askers = <P>(event: EventNode<P>): JobNode<P>[] => event.edges.map(({ job }) => job);

/** The jobs that have the events that this one could have. */
const holders = <P>(job: JobNode<P>): JobNode<P>[] =>
  job.edges.flatMap(({ event }) => (event.job && event.job !== job ? [event.job] : []));

/** Gives events to as many jobs as possible. */
function assign<P>(jobs: Iterable<JobNode<P>>) {
  const waiting = [...jobs].filter((job) => !takeFree(job));
  // What a search in vain has seen leads nowhere for later ones either (the Hungarian tree of Kuhn's method).
  const dead = new Set<EventNode<P>>();
  for (const job of waiting) {
    const { seen, found } = searchFree(job, dead);
    if (found) handOver(found, seen);
    else for (const event of seen.keys()) dead.add(event);
  }
}

function takeFree<P>(job: JobNode<P>): boolean {
  const edge = job.edges.find(({ event }) => event.job === undefined);
  if (!edge) return false;
  job.event = edge.event;
  edge.event.job = job;
  return true;
}

/** Looks for an event that becomes free if jobs swap; `seen` holds the edge by which each event was reached. */
function searchFree<P>(start: JobNode<P>, dead: ReadonlySet<EventNode<P>>) {
  const seen = new Map<EventNode<P>, Edge<P>>();
  const queue = [start];
  for (const job of queue) {
    for (const edge of job.edges) {
      if (seen.has(edge.event) || dead.has(edge.event)) continue;
      seen.set(edge.event, edge);
      if (!edge.event.job) return { seen, found: edge.event };
      queue.push(edge.event.job);
    }
  }
  return { seen };
}

function handOver<P>(free: EventNode<P>, seen: ReadonlyMap<EventNode<P>, Edge<P>>) {
  for (let event: EventNode<P> | undefined = free; event; ) {
    const job: JobNode<P> | undefined = seen.get(event)?.job;
    if (!job) return;
    const before: EventNode<P> | undefined = job.event;
    job.event = event;
    event.job = job;
    event = before;
  }
}

function reachable<N>(starts: Iterable<N>, next: (node: N) => Iterable<N>): Set<N> {
  const reached = new Set(starts);
  for (const node of reached) for (const other of next(node)) reached.add(other);
  return reached;
}

/** Numbers the jobs that can pass their events round among themselves (strongly connected; Kosaraju's method). */
function rings<P>(jobs: readonly JobNode<P>[]): Map<JobNode<P>, number> {
  const ringOf = new Map<JobNode<P>, number>();
  for (const start of finishOrder(jobs).reverse()) {
    if (ringOf.has(start)) continue;
    const others = (job: JobNode<P>) => (job.event ? askers(job.event).filter((each) => !ringOf.has(each)) : []);
    const ring = reachable([start], others);
    const number = ringOf.size;
    for (const job of ring) ringOf.set(job, number);
  }
  return ringOf;
}

/** Depth first along `holders`, each job after all that it leads to. No recursion: chains may be long. */
function finishOrder<P>(jobs: readonly JobNode<P>[]): JobNode<P>[] {
  const order: JobNode<P>[] = [];
  const seen = new Set<JobNode<P>>();
  for (const root of jobs) {
    if (seen.has(root)) continue;
    seen.add(root);
    const path = [{ job: root, next: holders(root).values() }];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { done, value } = top.next.next();
      if (done) {
        order.push(top.job);
        path.pop();
      } else if (!seen.has(value)) {
        seen.add(value);
        path.push({ job: value, next: holders(value).values() });
      }
    }
  }
  return order;
}
