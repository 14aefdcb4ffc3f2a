// functions/anchors/take-anchor.ts: an anchor of a ledger: every history is read, compared with the anchor before, and stated.
import { hash } from 'node:crypto';
import { FIRST_EXPECTED } from '../ledger/expected/items.ts';
import { letGoBy } from '../ledger/let-go/let-go.ts';
import { canonicalJson } from '../ledger/model/fingerprint.ts';
import { breaksOf, FIRST_CHANGES } from '../ledger/model/hash-chain.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import type { Ledger, LedgerJob } from '../ledger/model/ledger.ts';
import { defined } from '../platform/defined.ts';
import { isObjectId } from '../restore/object-id.ts';
import { sealed } from '../signing/envelope.ts';
import type { PublicKey } from '../signing/public-key.ts';
import type { Signer } from '../signing/signer.ts';
import type { Subject } from '../signing/statement.ts';
import {
  type AnchorPredicate,
  type AnchorTotals,
  anchorName,
  anchorStatement,
  announcementsName,
  changesName,
  dayOf,
  headsName,
  keyName,
} from './anchor.ts';
import { Anchored } from './anchored.ts';
import { announcementContinuity, announcementHead } from './announcements-file.ts';
import { continuityOf, headOf } from './continuity.ts';
import { coverageOf, type GoneLine, type HeadLine, HeadsDigest, type ProjectLine } from './heads-file.ts';
import { mayBeLetGo } from './let-go.ts';
import { keysIn, lastAnchor, type ReadAnchor, readAnchors } from './read-anchors.ts';
import type { AnchorStore } from './store.ts';

export interface AnchorPorts {
  ledger: Pick<
    Ledger,
    'projects' | 'projectsInTable' | 'coverage' | 'knownProject' | 'recordedJobs' | 'expectedRestores'
  >;
  store: AnchorStore;
  signer: Signer;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Asked after each project: what is left is for the next part. @default there is always time */
  isOutOfTime?(): boolean;
  /** Stops it between two jobs: nothing is stated then. Files that are there already stay, and the next anchor finds them. @default never */
  signal?: AbortSignal;
  /** Of each project, once it is read. */
  onProject?(projectName: string, jobs: number): void;
}

export interface AnchorOptions {
  /** The ledger's name. */
  ledgerName: string;
  /** After how many days the ledger's retention lets restore jobs go; 0: never. @default not known, and not stated */
  retentionDays?: number | undefined;
}

/** What an anchor found of a job, or of an announced restore, that shouldn't be. */
export interface AnchorFinding {
  projectId: string;
  /** One of the two. Neither: the project's coverage, or its id, is not what this program writes. */
  jobId?: string;
  expectedRestoreId?: string;
  /** `altered`: an announced restore is not as it was anchored. */
  what: 'rewritten' | 'missing' | 'broken' | 'altered';
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
 * Requests: of the ledger 1 scan a MB of the table, which finds the projects that nothing but jobs is left of, 1 query for each 100 jobs
 * and 1 for the announced restores of a project; of the store the anchors since the last full one.
 * @throws LedgerError, SignatureError, StoreError, and the signal's reason
 */
export async function takeAnchor(ports: AnchorPorts, options: AnchorOptions): Promise<Taken> {
  const { store, signer, now } = ports;
  const startedAt = now();
  const day = dayOf(startedAt);
  const anchored = new Anchored();
  const key = await signer.publicKey();
  await store.create(keyName(key.id), key.pem);
  const before = await anchorsBefore(ports, anchored, key);
  const last = before?.anchor;
  if (last && (last.day > day || (last.day === day && last.last)))
    return defined({
      ...{ state: 'there' as const, name: before.name, day: last.day, totals: last.totals, findings: [] },
      wholeDay: last.last ? last.day : last.previousDay,
    });
  const begun = placeAfter(last, day, before?.isSameKey ?? true);
  const retentions = [options.retentionDays, ...(last ? [last.retentionDays] : [])];
  const part = new Part(ports, anchored, begun, { day, startedAt, retentions });
  const isLast = await part.read();
  const predicate: AnchorPredicate = defined({
    ledger: options.ledgerName,
    retentionDays: options.retentionDays,
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
  ports.signal?.throwIfAborted();
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
async function anchorsBefore(
  { store, signal }: AnchorPorts,
  anchored: Anchored,
  key: PublicKey,
): Promise<Before | undefined> {
  const keys = [key, ...(await keysIn(store))];
  const found = await lastAnchor(store, keys);
  if (found === undefined) return undefined;
  const isSameKey = found.last.key.id === key.id;
  if (isSameKey) {
    for await (const _ of readAnchors(store, anchored, defined({ keys, from: found.from }))) signal?.throwIfAborted();
  }
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

interface PartOf {
  day: string;
  startedAt: number;
  /** That may have been in force since the anchor before. */
  retentions: readonly (number | undefined)[];
}

/** Reads projects, one after the other, and keeps what is to be stated of them. */
class Part {
  readonly totals = {
    ...{ projects: 0, jobs: 0, changed: 0, letGo: 0, rewritten: 0, missing: 0, broken: 0 },
    ...{ announcements: 0, altered: 0 },
  } satisfies AnchorTotals;
  readonly findings: AnchorFinding[] = [];
  through: string | undefined;
  readonly #ports: AnchorPorts;
  readonly #anchored: Anchored;
  readonly #place: Place;
  readonly #of: PartOf;
  readonly #heads: string[] = [];
  readonly #announcements: string[] = [];
  readonly #changes: Subject[] = [];
  #changed: string[] = [];
  #size = 0;

  constructor(ports: AnchorPorts, anchored: Anchored, place: Place, of: PartOf) {
    this.#ports = ports;
    this.#anchored = anchored;
    this.#place = place;
    this.#of = of;
  }

  /** @returns whether it came to the last project */
  async read(): Promise<boolean> {
    const { after = '' } = this.#place;
    for await (const facts of this.#projects()) {
      if (facts.projectId <= after) continue;
      if (this.through !== undefined && this.#ports.isOutOfTime?.()) return false;
      if (!isObjectId(facts.projectId)) {
        this.#found('broken', { projectId: facts.projectId }); // no line can name it
        continue;
      }
      await this.#project(facts);
      this.through = facts.projectId;
    }
    return true;
  }

  /** Those on record, those of which nothing is left but jobs, and those of which nothing is left but the anchor; by their ids. */
  async *#projects(): AsyncGenerator<ProjectFacts> {
    const { ledger } = this.#ports;
    const { projects, announcements } = this.#anchored;
    const others = [...new Set([...(await ledger.projectsInTable()), ...projects.keys(), ...announcements.keys()])];
    others.sort().reverse();
    for await (const facts of ledger.projects()) {
      for (let next = others.at(-1); next !== undefined && next <= facts.projectId; next = others.at(-1)) {
        others.pop();
        if (next !== facts.projectId) yield await this.#unlisted(next);
      }
      yield facts;
    }
    for (const projectId of others.reverse()) yield await this.#unlisted(projectId);
  }

  /** The index doesn't show the project, which may be on record all the same. */
  async #unlisted(projectId: string): Promise<ProjectFacts> {
    const { ledger } = this.#ports;
    const [coverage, known] = await Promise.all([ledger.coverage(projectId), ledger.knownProject(projectId)]);
    return { projectId, projectName: known?.projectName ?? coverage?.projectName ?? projectId, known, coverage };
  }

  async #project({ projectId, projectName, coverage }: ProjectFacts) {
    const digest = new HeadsDigest();
    const lines: (HeadLine | GoneLine)[] = [];
    const isOnRecord = letGoBy(coverage?.letGo);
    const { startedAt, retentions } = this.#of;
    const isLetGo = (jobId: string) => isOnRecord(jobId) && mayBeLetGo(jobId, startedAt, retentions) !== 'no';
    const left = new Set<string>();
    for (const [jobId, { gone }] of this.#anchored.projects.get(projectId)?.jobs ?? [])
      if (gone === undefined) left.add(jobId);
    let jobs = 0;
    for await (const { jobId, job } of this.#ports.ledger.recordedJobs(projectId)) {
      this.#ports.signal?.throwIfAborted();
      jobs += 1;
      if (isLetGo(jobId)) continue;
      left.delete(jobId);
      const line = await this.#job({ projectId, jobId }, job, digest);
      if (line) lines.push(line);
    }
    for (const jobId of left) {
      const gone = isLetGo(jobId) ? 'let-go' : 'missing';
      lines.push({ jobId, gone });
      if (gone === 'let-go') this.totals.letGo += 1;
      else this.#found('missing', { projectId, jobId });
    }
    const stated = coverageOf(coverage);
    if (coverage && !stated) this.#found('broken', { projectId });
    const line: ProjectLine = defined({
      projectId,
      projectName: projectName === projectId ? undefined : String(projectName),
      ...{ jobs: digest.jobs, digest: digest.hex(), coverage: stated },
    });
    for (const each of [line, ...lines]) this.#heads.push(JSON.stringify(each));
    this.totals.projects += 1;
    this.totals.jobs += digest.jobs;
    await this.#announced(projectId);
    this.#ports.onProject?.(projectName, jobs);
  }

  /** @returns its line, where it has one */
  async #job(
    { projectId, jobId }: { projectId: string; jobId: string },
    job: LedgerJob,
    digest: HeadsDigest,
  ): Promise<HeadLine | undefined> {
    const { changes } = job;
    const head = isObjectId(jobId) ? headOf(changes) : undefined;
    const broken = job.jobId !== jobId || breaksOf(job, FIRST_CHANGES).length > 0 || undefined;
    if (broken) this.#found('broken', { projectId, jobId });
    if (head === undefined) return undefined;
    digest.add(jobId, head);
    const before = this.#anchored.last(projectId, jobId);
    const now = before && continuityOf(changes, before);
    const was: HeadLine['was'] = now === 'other' ? 'rewritten' : now?.startsWith('erased') ? 'erased' : undefined;
    if (was === 'rewritten') this.#found('rewritten', { projectId, jobId });
    if (now !== 'same') {
      this.totals.changed += 1;
      await this.#keepChange(projectId, job);
    } else if (!this.#place.full) return undefined;
    return defined({ jobId, ...head, was, broken });
  }

  /** Announced restores have no history of their own: the anchors are it. */
  async #announced(projectId: string) {
    const anchored = this.#anchored.announcements.get(projectId);
    const left = new Set([...(anchored ?? [])].flatMap(([id, { isGone }]) => (isGone ? [] : [id])));
    for (const expected of await this.#ports.ledger.expectedRestores(projectId, FIRST_EXPECTED)) {
      const { expectedRestoreId } = expected;
      left.delete(expectedRestoreId);
      const head = expected.projectId === projectId ? announcementHead(expected) : undefined;
      const before = anchored?.get(expectedRestoreId)?.heads.at(-1);
      const now = before && announcementContinuity(head, before);
      if (now === 'altered' || head === undefined) this.#found('altered', { projectId, expectedRestoreId });
      if (head === undefined) continue;
      this.totals.announcements += 1;
      if (now !== 'same' || this.#place.full) this.#announcements.push(JSON.stringify(head));
    }
    for (const expectedRestoreId of left) {
      this.#found('altered', { projectId, expectedRestoreId });
      this.#announcements.push(JSON.stringify({ projectId, expectedRestoreId, gone: 'missing' }));
    }
  }

  #found(what: AnchorFinding['what'], of: Omit<AnchorFinding, 'what'>) {
    this.totals[what] += 1;
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ ...of, what });
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
    this.#changes.push(await put(this.#ports.store, text, (sha256) => changesName(this.#of.day, sha256)));
  }

  /** Puts what is left. @returns all that is to be signed: the heads, what was announced, and the jobs that changed */
  async files(): Promise<Subject[]> {
    await this.#putChanges();
    const { store } = this.#ports;
    const { day } = this.#of;
    const heads = await put(store, ended(this.#heads), (sha256) => headsName(day, sha256));
    if (this.#announcements.length === 0) return [heads, ...this.#changes];
    const announced = await put(store, ended(this.#announcements), (sha256) => announcementsName(day, sha256));
    return [heads, announced, ...this.#changes];
  }
}

const ended = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** Before what names them. Again is the same, as the name is that of the content. */
async function put(store: AnchorStore, text: string, nameFor: (sha256: string) => string): Promise<Subject> {
  const sha256 = hash('sha256', text, 'hex');
  const name = nameFor(sha256);
  await store.create(name, text);
  return { name, digest: { sha256 } };
}
