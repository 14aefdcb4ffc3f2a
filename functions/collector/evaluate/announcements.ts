// functions/collector/evaluate/announcements.ts: the announced restores of a project, as a collection knows them.
import type { ProjectCoverage } from '../../ledger/model/coverage.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import { type MatchedJob, mayBeAnnounced } from '../../restore/expected/match.ts';

/** What was announced so shortly before a restore may have been read before it was written, in ms. */
const MARGIN_MS = 60_000;

export interface AnnouncementsOptions {
  projectId: string;
  ledger: Pick<Ledger, 'expectedRestores'>;
  /** By the earlier of our clock and Atlas's. */
  now(): number;
  /** The coverage that was read. */
  stored(): Pick<ProjectCoverage, 'discovery'> | undefined;
}

export class Announcements {
  readonly #options: AnnouncementsOptions;
  #all: readonly ExpectedRestore[] = [];
  /** What they were read of: those that end at or after `since`, as of `at`. */
  #read: { since: string; atMs: number } | undefined;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
  }

  /** Finds out what was announced before these restores were requested. Requests: 1 query where that was not read yet. @throws LedgerError */
  learn = async (jobs: readonly Pick<MatchedJob, 'requestedAt'>[]): Promise<void> => {
    const times = jobs.map(({ requestedAt }) => requestedAt).filter((at) => !this.#isBeforeLedger(at));
    const [first] = times.sort();
    const last = times.at(-1);
    if (first === undefined || last === undefined) return;
    const { since, atMs } = this.#read ?? {};
    const isKnown = since !== undefined && since <= first && Date.parse(last) < Number(atMs) - MARGIN_MS;
    if (!isKnown) await this.read(since !== undefined && since < first ? since : first);
  };

  /** All that end at or after a moment. Requests: 1 query a MB. @throws LedgerError */
  read = async (since: string): Promise<readonly ExpectedRestore[]> => {
    const { projectId, ledger, now } = this.#options;
    const atMs = now();
    this.#all = await ledger.expectedRestores(projectId, since);
    this.#read = { since, atMs };
    return this.#all;
  };

  /** Of restores that `learn` was given. */
  mayBeAnnounced = (job: MatchedJob): boolean =>
    this.#isBeforeLedger(job.requestedAt) || mayBeAnnounced(job, this.#all);

  /** Whether nobody could announce it: it was requested before the ledger first read the project. */
  isExempt = (job: Pick<MatchedJob, 'requestedAt'>): boolean => this.#isBeforeLedger(job.requestedAt);

  #isBeforeLedger(requestedAt: string): boolean {
    const stored = this.#options.stored();
    if (!stored) return true;
    const began = Object.values(stored.discovery).flatMap(({ since }) => since ?? []);
    return began.length > 0 && began.every((since) => requestedAt < since);
  }
}
