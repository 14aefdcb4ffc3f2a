// functions/ledger/transfer/merge.ts: what to do with an imported record where the ledger has one of its own. Pure.
//
// Two records are of one origin where one goes on from the other. Then the later one stands; it says all that the earlier one says.
// Of two origins neither may replace the other: the ledger keeps its own.
import type { ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import type { LetGo } from '../let-go/let-go.ts';
import { CONTINUITY_MS, type Interval, type ProjectCoverage, withInterval } from '../model/coverage.ts';
import { canonicalJson, sha256 } from '../model/fingerprint.ts';
import { breaksOf, FIRST_CHANGES } from '../model/hash-chain.ts';
import type { KnownProject, Scope } from '../model/known-project.ts';
import type { LedgerJob } from '../model/ledger.ts';

/** added, updated: written. same: nothing to write. kept: the ledger's own says more, or is of another origin. refused: two histories of one job. */
export const OUTCOMES = ['added', 'updated', 'same', 'kept', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** @param stored as the ledger has it */
export function jobOutcome(stored: LedgerJob | undefined, incoming: LedgerJob): Outcome {
  if (!stored) return 'added';
  if (isEqual(stored, incoming)) return 'same';
  // What something else wrote to is no evidence of what comes later, nor may good evidence hide it.
  if ([stored, incoming].some((job) => breaksOf(job, FIRST_CHANGES).length > 0)) return 'refused';
  if (!continues(stored, incoming) && !continues(incoming, stored)) return 'refused';
  if (stored.revision !== incoming.revision) return incoming.revision > stored.revision ? 'updated' : 'kept';
  // The same history: only what is written without an entry differs, such as counters of progress.
  return incoming.observedAt > stored.observedAt ? 'updated' : 'kept';
}

/** Whether the history of `later` begins with that of `earlier`: an entry stands for all before it. */
function continues(later: LedgerJob, earlier: LedgerJob): boolean {
  const last = earlier.changes.at(-1);
  const same = later.changes.find(({ revision }) => revision === last?.revision);
  if (same !== undefined && isEqual(same, last)) return true;
  // With a name taken out, its entries are others: the erasure says of which history.
  return later.changes.some(({ erased }) => erased?.replaced === sha256(last));
}

export function projectOutcome(stored: KnownProject | undefined, incoming: KnownProject): Outcome {
  if (!stored) return 'added';
  if (isEqual(stored, incoming)) return 'same';
  return stored.firstSeenAt === incoming.firstSeenAt && incoming.revision > stored.revision ? 'updated' : 'kept';
}

/** One announcement is of one ledger, whatever it was copied to. */
export function expectedOutcome(stored: ExpectedRestore | undefined, incoming: ExpectedRestore): Outcome {
  if (!stored) return 'added';
  if (isEqual(stored, incoming)) return 'same';
  return stored.at === incoming.at && incoming.revision > stored.revision ? 'updated' : 'kept';
}

export function coverageOutcome(stored: ProjectCoverage | undefined, incoming: ProjectCoverage): Outcome {
  if (!stored) return 'added';
  if (isEqual(stored, incoming)) return 'same';
  const begins = ({ discovery, restartedAt }: ProjectCoverage) => [
    restartedAt,
    Object.entries(discovery).map(([list, { since }]) => [list, since]),
  ];
  // One that counts jobs that this ledger has let go would miss them.
  const goesOn = isWithin(stored.letGo, incoming.letGo);
  const isLater = isEqual(begins(stored), begins(incoming)) && incoming.revision > stored.revision;
  return isLater && goesOn ? 'updated' : 'kept';
}

/** Whether `later` has let go all that `earlier` has. */
function isWithin(earlier: LetGo | undefined, later: LetGo | undefined): boolean {
  if (earlier === undefined) return true;
  return (
    later !== undefined && later.since === earlier.since && later.before >= earlier.before && later.jobs >= earlier.jobs
  );
}

/** The scope to keep: it names the projects of both, and when nobody listed projects for the ledger as it is now. */
export function mergedScope(stored: Scope | undefined, incoming: Scope): { outcome: Outcome; scope: Scope } {
  if (!stored) return { outcome: 'added', scope: incoming };
  if (isEqual(stored, incoming)) return { outcome: 'same', scope: stored };
  const projectIds = [...new Set([...(stored.projectIds ?? []), ...(incoming.projectIds ?? [])])].sort();
  const isLater = isEqual(beginsOf(stored), beginsOf(incoming)) && incoming.revision > stored.revision;
  const base = isLater ? incoming : isEqual(beginsOf(stored), beginsOf(incoming)) ? stored : withGaps(stored, incoming);
  const scope = { ...base, projectIds, revision: stored.revision };
  if (isEqual(scope, { ...stored, projectIds: stored.projectIds ?? [] })) return { outcome: 'kept', scope: stored };
  return { outcome: 'updated', scope };
}

const beginsOf = ({ accounts }: Scope) => Object.entries(accounts).map(([name, { since }]) => [name, since]);

/**
 * The imported projects are older than the listings of this ledger. What was listed by neither of the two is not known: the time
 * between them, and the gaps of the other.
 */
function withGaps(stored: Scope, incoming: Scope): Scope {
  const of = Object.values(incoming.accounts);
  const until = incoming.listedAt ?? of.map(({ attemptedAt = '' }) => attemptedAt).sort()[0] ?? '';
  const inherited = of.flatMap(({ unlisted = [] }) => unlisted);
  const ended = [...(stored.ended ?? []), ...(incoming.ended ?? [])];
  const accounts = Object.entries(stored.accounts).map(([name, account]) => {
    const { since, attemptedAt, unlisted = [] } = account;
    const began = since ?? attemptedAt ?? until;
    const between = Date.parse(began) - Date.parse(until) > CONTINUITY_MS ? [{ from: until, until: began }] : [];
    const intervals = [...inherited, ...between].filter((gap) => !unlisted.some((known) => isEqual(known, gap)));
    return [name, { ...account, ...(intervals.length > 0 && { unlisted: allOf(unlisted, intervals) }) }] as const;
  });
  const distinct = ended.filter((one, index) => ended.findIndex((other) => isEqual(one, other)) === index);
  return {
    ...stored,
    accounts: Object.fromEntries(accounts),
    ...(distinct.length > 0 && { ended: distinct.sort((a, b) => (a.at < b.at ? -1 : 1)) }),
  };
}

const allOf = (known: readonly Interval[], more: readonly Interval[]): Interval[] =>
  [...known, ...more]
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .reduce<Interval[]>((all, interval) => withInterval(all, interval), []);

const isEqual = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);
