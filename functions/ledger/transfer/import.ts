// functions/ledger/transfer/import.ts: records of an export, written into a ledger.
//
// In the order of an export jobs come before what claims something of them, so an import that stops halfway claims nothing that is
// not there. Writing again finds everything that was written, and changes nothing.
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { DayMarker } from '../days/day-marker.ts';
import { letGoBy } from '../let-go/let-go.ts';
import type { ProjectCoverage } from '../model/coverage.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { itemBytes } from '../model/item-size.ts';
import type { KnownProject, Scope } from '../model/known-project.ts';
import { IMPORTED_AT } from '../model/table.ts';
import { readCoverage, writeCoverage } from '../repositories/coverage-items.ts';
import { ATTEMPTS, conflict } from '../repositories/optimistic-write.ts';
import { knownProjectOf } from '../repositories/project-repository.ts';
import { type Item, jobItem, ledgerJob } from '../table/job-item.ts';
import { isRunSk, jobIdOf, type Key, projectIdOf, projectKey, SCOPE_KEY } from '../table/keys.ts';
import { type Condition, MAX_BATCH_KEYS, type Table } from '../table/table-port.ts';
import { CoverageWriter } from '../totals/coverage-writer.ts';
import { markVerdict } from '../verdicts/mark-verdict.ts';
import { coverageOutcome, jobOutcome, mergedScope, OUTCOMES, type Outcome, projectOutcome } from './merge.ts';
import { exportable, noRecords, type RecordCounts, type RecordKind, type TransferRecord } from './record.ts';

/** As many as a collector writes at once. */
const MAX_WRITES = 64;
/** Of items in memory at once; most are of 2 KB, the largest of 400. */
const BATCH_BYTES = 4 * 1_048_576;
/** Refused jobs that are named. */
const MAX_NAMED = 1_000;

export interface ImportOptions {
  /** ISO 8601; marks what is written, so that it emits no events. */
  at: string;
  signal?: AbortSignal | undefined;
  /** After each record. */
  onRecord?(): void;
}

export interface ImportResult {
  counts: Record<Outcome, RecordCounts>;
  /** Jobs of which the ledger has another history, and keeps it: the first thousand. */
  refused: { projectId: string; jobId: string }[];
  /** Projects whose coverage the ledger keeps, as it is of another origin, or as jobs of the project were refused. */
  keptCoverage: string[];
}

export async function importRecords(
  table: Table,
  records: AsyncIterable<TransferRecord>,
  options: ImportOptions,
): Promise<ImportResult> {
  const importer = new Importer(table, options.at);
  let batch: (Item & Key)[] = [];
  let kind: RecordKind | undefined;
  let bytes = 0;
  const flush = async () => {
    options.signal?.throwIfAborted();
    if (batch.length > 0) await importer.items(kind as RecordKind, batch);
    batch = [];
    bytes = 0;
  };
  try {
    for await (const record of records) {
      const size = record.kind === 'coverage' ? 0 : itemBytes(record.item);
      if (record.kind !== kind || batch.length === MAX_BATCH_KEYS || bytes + size > BATCH_BYTES) await flush();
      kind = record.kind;
      bytes += size;
      if (record.kind === 'coverage') await importer.coverage(record.coverage);
      else batch.push(record.item);
      options.onRecord?.();
    }
    await flush();
  } finally {
    await importer.end(); // stopped or not, what was written is counted
  }
  return importer.result;
}

type Decide = (stored: Item | undefined) => { outcome: Outcome; item: Item & Key; condition: Condition };

class Importer {
  readonly #table: Table;
  readonly #days: DayMarker;
  readonly #writer: CoverageWriter;
  readonly #at: string;
  readonly #mark: Item;
  readonly #refusedOf = new Set<string>();
  /** By project: whether the ledger has let a job go. */
  readonly #letGo = new Map<string, (jobId: string) => boolean>();
  readonly result: ImportResult = {
    counts: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, noRecords()])) as ImportResult['counts'],
    refused: [],
    keptCoverage: [],
  };

  constructor(table: Table, at: string) {
    this.#table = table;
    this.#days = new DayMarker(table, Date.now);
    this.#writer = new CoverageWriter(table, Date.now);
    this.#at = at;
    this.#mark = { [IMPORTED_AT]: at };
  }

  /** Requests: 1 batch read, 1 write for each item that is new or later, 1 more for a job with a verdict, and 1 for each month of new jobs. @param items at most 100 */
  async items(kind: RecordKind, items: readonly (Item & Key)[]): Promise<void> {
    const stored = new Map<string, Item>();
    for (const item of await this.#table.batchGet(items, { consistent: true }))
      stored.set(nameOf(item as Item & Key), item);
    if (kind === 'job') await this.#readLetGo(items);
    const isNew = (item: Item & Key) => isWritten(this.#decide(kind, item)(stored.get(nameOf(item))).outcome);
    if (kind === 'job') await this.#days.mark(items.filter(isNew).map(({ jobId }) => String(jobId)));
    await forEachConcurrent(items, MAX_WRITES, async (item) => {
      const outcome = await this.#write(kind, item, stored.get(nameOf(item)), this.#decide(kind, item));
      this.result.counts[outcome][kind] += 1;
      if (outcome === 'refused') this.#refuse(item);
    });
  }

  /** What the ledger has let go doesn't come back. Requests: 1 read a project, and more for one in parts. */
  async #readLetGo(jobs: readonly Key[]) {
    for (const projectId of new Set(jobs.map(({ pk }) => projectIdOf(pk)))) {
      if (this.#letGo.has(projectId)) continue;
      const { coverage } = await readCoverage(this.#table, projectId);
      this.#letGo.set(projectId, letGoBy(coverage?.letGo));
    }
  }

  /** Whoever counts the days that were written to counts them again, and the coverage. */
  end = async (): Promise<void> => {
    await this.#days.markAgain();
    await this.#writer.done();
  };

  /** Requests: 1 read, and the writes of a coverage. */
  async coverage(coverage: ProjectCoverage): Promise<void> {
    const outcome = await this.#writeCoverage(coverage);
    this.result.counts[outcome].coverage += 1;
    if (outcome === 'kept') this.result.keptCoverage.push(coverage.projectId);
  }

  async #writeCoverage(coverage: ProjectCoverage): Promise<Outcome> {
    const { projectId } = coverage;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const stored = await readCoverage(this.#table, projectId);
      // What it says is settled may not be, in the ledger's own history of a refused job.
      const outcome = this.#refusedOf.has(projectId) ? 'kept' : coverageOutcome(stored.coverage, coverage);
      if (!isWritten(outcome)) return outcome;
      // Of a coverage that lost its parts the head counts on.
      const revision = Math.max(coverage.revision, (stored.head.revision ?? 0) + 1);
      const next = stored.coverage ? stillToDelete(coverage) : coverage;
      const write = () => writeCoverage(this.#table, { ...next, revision }, stored, this.#mark);
      const written = await this.#writer.writing(write);
      if (written.done) return outcome;
    }
    throw conflict(`coverage of project ${projectId}`);
  }

  async #write(kind: RecordKind, key: Key, read: Item | undefined, decide: Decide): Promise<Outcome> {
    let stored = read;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { outcome, item, condition } = decide(stored);
      if (!isWritten(outcome)) return outcome;
      if (kind === 'job' && item.validation !== undefined) await markVerdict(this.#table, ledgerJob(item), this.#at);
      const marked = { ...item, ...this.#mark };
      const put = () => this.#table.put(marked, condition);
      const written = await (key.sk === projectKey('').sk ? this.#writer.writing(put) : put());
      if (written.done) return outcome;
      stored = await this.#table.get(key);
      // Ours after all: its answer was lost and the SDK sent it again.
      if (written.repeated && canonicalJson(stored) === canonicalJson(marked)) return outcome;
    }
    throw conflict(nameOf(key));
  }

  #decide(kind: RecordKind, item: Item & Key): Decide {
    if (kind === 'job') {
      const isLetGo = this.#letGo.get(projectIdOf(item.pk))?.(jobIdOf(item.sk)) === true;
      return (stored) => (stored || !isLetGo ? decideJob(stored, item) : { outcome: 'kept', item, condition: ABSENT });
    }
    if (kind === 'project') return (stored) => decideProject(stored, item);
    if (kind === 'scope') return (stored) => decideScope(stored, item);
    return (stored) => decideOther(stored, item);
  }

  #refuse({ projectId, jobId }: Item) {
    this.#refusedOf.add(String(projectId));
    if (this.result.refused.length < MAX_NAMED) {
      this.result.refused.push({ projectId: String(projectId), jobId: String(jobId) });
    }
  }
}

/** What was deleted there may be in this ledger. */
function stillToDelete({ letGo, ...coverage }: ProjectCoverage): ProjectCoverage {
  if (letGo === undefined) return coverage;
  const { deletedAt: _, ...rest } = letGo;
  return { ...coverage, letGo: rest };
}

function decideJob(stored: Item | undefined, item: Item & Key): ReturnType<Decide> {
  const outcome = jobOutcome(stored && ledgerJob(stored), ledgerJob(item));
  if (!stored || outcome !== 'updated') return { outcome, item, condition: ABSENT };
  const { revision, observedAt, fingerprint } = stored as Record<string, string>;
  // Attributes that another version wrote stay.
  const next = jobItem(ledgerJob(item), { ...stored, ...item });
  return { outcome, item: next, condition: { revision, observedAt, fingerprint } };
}

function decideProject(stored: Item | undefined, item: Item & Key): ReturnType<Decide> {
  const known = stored && knownProjectOf(stored);
  const condition = { revision: known?.revision };
  return { outcome: projectOutcome(known, knownProjectOf(item) as KnownProject), item, condition };
}

function decideScope(stored: Item | undefined, item: Item & Key): ReturnType<Decide> {
  const merged = mergedScope(stored?.scope as Scope | undefined, item.scope as Scope);
  if (!stored) return { outcome: merged.outcome, item, condition: ABSENT };
  const before = Number(stored.scopeRevision);
  const scope = { ...merged.scope, revision: before + 1 };
  const next = { ...SCOPE_KEY, scopeRevision: before + 1, scope };
  return { outcome: merged.outcome, item: next, condition: { scopeRevision: before } };
}

/** Runs and archived clusters: written once, but for a run that has ended since. */
function decideOther(stored: Item | undefined, item: Item & Key): ReturnType<Decide> {
  if (!stored) return { outcome: 'added', item, condition: ABSENT };
  if (canonicalJson(exportable(stored)) === canonicalJson(item)) return { outcome: 'same', item, condition: ABSENT };
  const hasEnded = isRunSk(item.sk) && stored.status === 'running' && item.status !== 'running';
  return { outcome: hasEnded ? 'updated' : 'kept', item, condition: { status: 'running' } };
}

const isWritten = (outcome: Outcome) => outcome === 'added' || outcome === 'updated';
const ABSENT: Condition = { pk: undefined };
const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;
