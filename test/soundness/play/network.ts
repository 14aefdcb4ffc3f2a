// test/soundness/play/network.ts: Atlas and the store as the product reaches them, with their faults.
import type { FaultSpec } from '../history.ts';
import type { Asker, Entry } from '../log.ts';
import type { Oracle } from '../oracle.ts';
import { type Endpoint, endpointOf, type ListBody } from '../outside/atlas.ts';
import { type AnswerFault, type Asked, bodyText, generatorOf, isPartial, type Outcome } from '../outside/faults.ts';
import type { StoreFault } from '../outside/store.ts';
import { isListed, type Job } from '../outside/world.ts';
import { isJobItem, projectOf } from '../product.ts';
import type { Random } from '../random.ts';
import type { Playing } from './playing.ts';

interface Sender {
  asker: Asker;
  account: string;
  random: Random;
  /** How far the Date of the response is ahead. @default 0 */
  dateAheadMs?: number | undefined;
}

export class Network {
  readonly #play: Playing;
  /** What is left of each fault. */
  readonly #left: Map<FaultSpec, number>;

  constructor(play: Playing) {
    this.#play = play;
    this.#left = new Map(play.history.faults.map((fault) => [fault, fault.times]));
  }

  storeFault(random: Random): StoreFault | undefined {
    const fault = this.#active((each) => each.on === undefined, random);
    if (fault) this.#play.storeFailed = true;
    return fault?.name as StoreFault | undefined;
  }

  #active(fits: (fault: FaultSpec) => boolean, random: Random): FaultSpec | undefined {
    const { now } = this.#play.timeline;
    const fault = this.#play.history.faults.find(
      (each) =>
        now >= each.from && now < each.to && (this.#left.get(each) ?? 0) > 0 && fits(each) && random.chance(each.rate),
    );
    return fault;
  }

  #met(fault: FaultSpec, where: string) {
    this.#left.set(fault, (this.#left.get(fault) ?? 0) - 1);
    this.#play.stats.faults[fault.name] = (this.#play.stats.faults[fault.name] ?? 0) + 1;
    this.#play.line(`  ${where} answers: ${fault.name}`);
  }

  async send({ asker, account, random, dateAheadMs = 0 }: Sender, method: string, url: URL, timeoutMs: number) {
    const { process } = asker;
    const alive = await process.enter(random.int(5, 250));
    if (!alive) return new Promise<never>(() => {});
    this.#play.stats.requests += 1;
    const endpoint = endpointOf(method, url.pathname);
    const { now } = this.#play.timeline;
    const honest = this.#play.atlas.answer(endpoint, url, account, now);
    const shown = jobsIn(honest.body, this.#play.oracle);
    const fault = this.#active((each) => hits(each, endpoint), random);
    let outcome: Outcome = { answer: honest };
    if (fault) {
      const asked: Asked = {
        ...{ endpoint, target: url, now, random, shown },
        isKnown: endpoint.what === 'jobs' && this.#knows(endpoint.projectId, endpoint.clusterName, endpoint.kind),
        pageBefore: () => {
          const before = new URL(url);
          const page = Number(url.searchParams.get('pageNum'));
          before.searchParams.set('pageNum', String(page - 1));
          return page > 1 ? this.#play.atlas.answer(endpoint, before, account, now) : undefined;
        },
      };
      const spoiled = generatorOf(fault.name as AnswerFault).spoil(honest, asked);
      if (spoiled) {
        this.#met(fault, `${method} ${url.pathname}`);
        outcome = spoiled;
      }
    }
    const { answer, waitMs = 0 } = outcome;
    if (waitMs > 0) await process.sleep(Math.min(waitMs, timeoutMs));
    if (answer === 'none' || waitMs > timeoutMs) return 'none' as const;
    const isSpoiled = fault !== undefined && answer !== honest;
    const generator = isSpoiled ? generatorOf(fault.name as AnswerFault) : undefined;
    if (generator?.odd) for (const { id } of shown) this.#play.log.distorted.add(id);
    if (isList(answer.body) && answer.status === 200) {
      this.#play.log.entries.push(
        entryOf(answer.body, this.#play.oracle, {
          ...{ at: now, process: asker, account, endpoint },
          isHonest: !isSpoiled || generator?.harmless === true || generator?.odd === true || isTop(fault, endpoint),
          isPartial: isSpoiled && isPartial(fault.name as AnswerFault),
        }),
      );
    }
    const headers = { ...answer.headers, date: new Date(now + dateAheadMs).toUTCString() };
    return { status: answer.status, headers, body: bodyText(answer.body) };
  }

  /** A job of the list, which Atlas would still give by its id: only that can contradict a list that Atlas shows as empty. */
  #knows(projectId: string, clusterName: string, kind: string): boolean {
    for (const item of this.#play.table.items()) {
      if (!isJobItem(item.sk?.S ?? '') || projectOf(item.pk?.S ?? '') !== projectId) continue;
      const job = this.#play.oracle.job((item.sk?.S ?? '').slice(4));
      if (job?.cluster.name === clusterName && job.kind === kind && isListed(job, this.#play.timeline.now)) return true;
    }
    return false;
  }
}

function hits({ on, list, clusterName, projectId }: FaultSpec, endpoint: Endpoint): boolean {
  if (on !== endpoint.what) return false;
  const at = endpoint as { projectId?: string; clusterName?: string; list?: string; kind?: string };
  return (
    (list === undefined || list === (at.list ?? at.kind)) &&
    (projectId === undefined || projectId === at.projectId) &&
    (clusterName === undefined || clusterName === at.clusterName)
  );
}

/** The top of a list of restore jobs is all that a reading wants that ends at what it knows; what it lacks is held against it as jobs. */
const isTop = ({ name }: FaultSpec, { what }: Endpoint) => name === 'fewer than counted' && what === 'jobs';

const isList = (body: unknown): body is ListBody =>
  typeof body === 'object' && body !== null && Array.isArray((body as Partial<ListBody>).results);

const idsIn = (body: ListBody): Set<string> =>
  new Set(body.results.flatMap((each) => (typeof each?.id === 'string' ? [each.id] : [])));

const jobsIn = (body: unknown, oracle: Oracle): Job[] =>
  isList(body) ? [...idsIn(body)].flatMap((id) => oracle.job(id) ?? []) : [];

function entryOf(body: ListBody, oracle: Oracle, about: Omit<Entry, 'projects' | 'clusters' | 'jobs'>): Entry {
  const ids = idsIn(body);
  const none = new Set<string>();
  return {
    ...about,
    projects: about.endpoint.what === 'projects' ? ids : none,
    clusters: about.endpoint.what === 'clusters' ? ids : none,
    jobs: about.endpoint.what === 'jobs' ? jobsIn(body, oracle) : [],
  };
}
