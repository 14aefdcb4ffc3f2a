// functions/anchors/take-anchor.ts: an anchor of a ledger: every history is read, compared with the anchor before, and stated.
import { hash } from 'node:crypto';
import { letGoBy } from '../ledger/let-go/let-go.ts';
import { canonicalJson } from '../ledger/model/fingerprint.ts';
import { breaksOf, FIRST_CHANGES } from '../ledger/model/hash-chain.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import type { Ledger, LedgerJob } from '../ledger/model/ledger.ts';
import { defined } from '../platform/defined.ts';
import { sealed } from '../signing/envelope.ts';
import type { PublicKey } from '../signing/public-key.ts';
import type { Signer } from '../signing/signer.ts';
import type { Subject } from '../signing/statement.ts';
import {
  type AnchorPredicate,
  type AnchorTotals,
  anchorName,
  anchorStatement,
  changesName,
  dayOf,
  headsName,
  keyName,
} from './anchor.ts';
import { Anchored } from './anchored.ts';
import { continuityOf, headOf } from './continuity.ts';
import { coverageOf, type GoneLine, type HeadLine, HeadsDigest, type ProjectLine } from './heads-file.ts';
import { keysIn, lastAnchor, type ReadAnchor, readAnchors } from './read-anchors.ts';
import type { AnchorStore } from './store.ts';

export interface AnchorPorts {
  ledger: Pick<Ledger, 'projects' | 'recordedJobs'>;
  store: AnchorStore;
  signer: Signer;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Asked after each project: what is left is for the next part. @default there is always time */
  isOutOfTime?(): boolean;
  /** Of each project, once it is read. */
  onProject?(projectName: string, jobs: number): void;
}

export interface AnchorOptions {
  /** The ledger's name. */
  ledgerName: string;
}

/** What an anchor found of a job that shouldn't be. */
export interface AnchorFinding {
  projectId: string;
  jobId: string;
  what: 'rewritten' | 'missing' | 'broken';
}

export interface Taken {
  /** `there`: the day has its anchor already. `partly`: there was no time for all projects. */
  state: 'taken' | 'partly' | 'there';
  name: string;
  day: string;
  totals: AnchorTotals;
  /** At most the first hundred. */
  findings: AnchorFinding[];
  /** The newest day of which every project is anchored; absent where there is none yet. */
  wholeDay?: string;
}

const MAX_FINDINGS = 100;
/** Of a file of changed jobs, in characters: what is kept in memory. */
const CHANGES_SIZE = 8 * 1_048_576;

/**
 * One part of the day's anchor, from the project after the part before, as far as there is time. Memory: some 300 bytes a job, and
 * what changed of it as a line of 100.
 * Requests: of the ledger 1 query for each 100 jobs; of the store the anchors since the last full one.
 * @throws LedgerError, SignatureError, StoreError
 */
export async function takeAnchor(ports: AnchorPorts, options: AnchorOptions): Promise<Taken> {
  const { store, signer, now } = ports;
  const startedAt = now();
  const day = dayOf(startedAt);
  const anchored = new Anchored();
  const key = await signer.publicKey();
  await store.create(keyName(key.id), key.pem);
  const before = await anchorsBefore(store, anchored, key);
  const last = before?.anchor;
  if (last && (last.day > day || (last.day === day && last.last)))
    return defined({
      ...{ state: 'there' as const, name: before.name, day: last.day, totals: last.totals, findings: [] },
      wholeDay: last.last ? last.day : last.previousDay,
    });
  const begun = placeAfter(last, day, before?.isSameKey ?? true);
  const part = new Part(ports, anchored, begun, day);
  const isLast = await part.read();
  const predicate: AnchorPredicate = defined({
    ledger: options.ledgerName,
    day,
    ...begun,
    last: isLast,
    readFrom: new Date(startedAt).toISOString(),
    readUntil: new Date(now()).toISOString(),
    through: part.through,
    previous: before && { name: before.name, sha256: before.sha256 },
    totals: part.totals,
  });
  const name = anchorName(predicate);
  const envelope = await sealed(anchorStatement(predicate, await part.files()), signer);
  // Another was quicker: what that one states stands, and this one stated nothing.
  const isOurs = await store.create(name, envelope);
  return defined({
    state: isOurs ? (isLast ? ('taken' as const) : ('partly' as const)) : ('there' as const),
    ...{ name, day, totals: part.totals, findings: part.findings },
    wholeDay: isOurs && isLast ? day : begun.previousDay,
  });
}

type Before = ReadAnchor & { isSameKey: boolean };

/** The anchor before, and all heads since the last that has them all; none where another key signed it. @throws SignatureError, StoreError */
async function anchorsBefore(store: AnchorStore, anchored: Anchored, key: PublicKey): Promise<Before | undefined> {
  const keys = [key, ...(await keysIn(store))];
  const found = await lastAnchor(store, keys);
  if (found === undefined) return undefined;
  const isSameKey = found.last.key.id === key.id;
  if (isSameKey) for await (const _ of readAnchors(store, anchored, defined({ keys, from: found.from })));
  return { ...found.last, isSameKey };
}

/** Where a part begins. */
type Place = Pick<AnchorPredicate, 'part' | 'full' | 'after' | 'previousDay' | 'fullDay'>;

/** In each month the first has all heads, so that none has to be put together from more than a month. */
function placeAfter(last: AnchorPredicate | undefined, day: string, isSameKey: boolean): Place {
  if (last === undefined) return { part: 1, full: true };
  if (!isSameKey) return { part: last.day === day ? last.part + 1 : 1, full: true };
  if (last.day === day) {
    const { part, full, through: after, previousDay, fullDay } = last;
    return defined({ part: part + 1, full, after: after ?? last.after, previousDay, fullDay });
  }
  const previousDay = last.last ? last.day : last.previousDay;
  const fullDay = last.last && last.full ? last.day : last.fullDay;
  return defined({ part: 1, full: fullDay?.slice(0, 7) !== day.slice(0, 7), previousDay, fullDay });
}

/** Reads projects, one after the other, and keeps what is to be stated of them. */
class Part {
  readonly totals: AnchorTotals = { projects: 0, jobs: 0, changed: 0, letGo: 0, rewritten: 0, missing: 0, broken: 0 };
  readonly findings: AnchorFinding[] = [];
  through: string | undefined;
  readonly #ports: AnchorPorts;
  readonly #anchored: Anchored;
  readonly #place: Place;
  readonly #lines: string[] = [];
  readonly #changes: Subject[] = [];
  #changed: string[] = [];
  #size = 0;
  readonly #day: string;

  constructor(ports: AnchorPorts, anchored: Anchored, place: Place, day: string) {
    this.#ports = ports;
    this.#anchored = anchored;
    this.#place = place;
    this.#day = day;
  }

  /** @returns whether it came to the last project */
  async read(): Promise<boolean> {
    const { after = '' } = this.#place;
    for await (const facts of this.#projects()) {
      if (facts.projectId <= after) continue;
      if (this.through !== undefined && this.#ports.isOutOfTime?.()) return false;
      await this.#project(facts);
      this.through = facts.projectId;
    }
    return true;
  }

  /** Those on record, and those of which nothing is left but the anchor, in the order of their ids. */
  async *#projects(): AsyncGenerator<ProjectFacts> {
    const known = [...this.#anchored.projects.keys()].sort();
    const gone = (projectId: string) => ({ projectId, projectName: projectId });
    for await (const facts of this.#ports.ledger.projects()) {
      while (known[0] !== undefined && known[0] < facts.projectId) yield gone(known.shift() as string);
      if (known[0] === facts.projectId) known.shift();
      yield facts;
    }
    for (const projectId of known) yield gone(projectId);
  }

  async #project({ projectId, projectName, coverage }: ProjectFacts) {
    const digest = new HeadsDigest();
    const lines: (HeadLine | GoneLine)[] = [];
    const isLetGo = letGoBy(coverage?.letGo);
    const left = new Set<string>();
    for (const [jobId, { gone }] of this.#anchored.projects.get(projectId)?.jobs ?? [])
      if (gone === undefined) left.add(jobId);
    let jobs = 0;
    for await (const { job } of this.#ports.ledger.recordedJobs(projectId)) {
      jobs += 1;
      if (isLetGo(job.jobId)) continue;
      left.delete(job.jobId);
      const line = await this.#job(projectId, job, digest);
      if (line) lines.push(line);
    }
    for (const jobId of left) {
      const gone = isLetGo(jobId) ? 'let-go' : 'missing';
      lines.push({ jobId, gone });
      if (gone === 'let-go') this.totals.letGo += 1;
      else this.#found('missing', projectId, jobId);
    }
    const line: ProjectLine = defined({
      projectId,
      projectName: projectName === projectId ? undefined : projectName,
      jobs: digest.jobs,
      digest: digest.hex(),
      coverage: coverageOf(coverage),
    });
    for (const each of [line, ...lines]) this.#lines.push(JSON.stringify(each));
    this.totals.projects += 1;
    this.totals.jobs += digest.jobs;
    this.#ports.onProject?.(projectName, jobs);
  }

  /** @returns its line, where it has one */
  async #job(projectId: string, job: LedgerJob, digest: HeadsDigest): Promise<HeadLine | undefined> {
    const { jobId, changes } = job;
    const head = headOf(changes);
    const broken = breaksOf(job, FIRST_CHANGES).length > 0 || undefined;
    if (broken) this.#found('broken', projectId, jobId);
    if (head === undefined) return undefined;
    digest.add(jobId, head);
    const before = this.#anchored.last(projectId, jobId);
    const now = before && continuityOf(changes, before);
    const was: HeadLine['was'] = now === 'other' ? 'rewritten' : now?.startsWith('erased') ? 'erased' : undefined;
    if (was === 'rewritten') this.#found('rewritten', projectId, jobId);
    if (now !== 'same') {
      this.totals.changed += 1;
      await this.#keepChange(projectId, job);
    } else if (!this.#place.full) return undefined;
    return defined({ jobId, ...head, was, broken });
  }

  #found(what: AnchorFinding['what'], projectId: string, jobId: string) {
    this.totals[what] += 1;
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ projectId, jobId, what });
  }

  async #keepChange(projectId: string, job: LedgerJob) {
    const line = `${canonicalJson({ projectId, job })}\n`;
    this.#changed.push(line);
    this.#size += line.length;
    if (this.#size > CHANGES_SIZE) await this.#putChanges();
  }

  async #putChanges() {
    if (this.#changed.length === 0) return;
    const text = this.#changed.join('');
    this.#changed = [];
    this.#size = 0;
    this.#changes.push(await put(this.#ports.store, text, (sha256) => changesName(this.#day, sha256)));
  }

  /** Puts what is left. @returns all that is to be signed: the heads, and the jobs that changed */
  async files(): Promise<Subject[]> {
    await this.#putChanges();
    const text = this.#lines.map((line) => `${line}\n`).join('');
    return [await put(this.#ports.store, text, (sha256) => headsName(this.#day, sha256)), ...this.#changes];
  }
}

/** Before what names them. Again is the same, as the name is that of the content. */
async function put(store: AnchorStore, text: string, nameFor: (sha256: string) => string): Promise<Subject> {
  const sha256 = hash('sha256', text, 'hex');
  const name = nameFor(sha256);
  await store.create(name, text);
  return { name, digest: { sha256 } };
}
