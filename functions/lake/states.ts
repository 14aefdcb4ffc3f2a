// functions/lake/states.ts: a restore job as it was after each entry of its history, by undoing the later ones. Pure.
import { isAltered } from '../ledger/model/hash-chain.ts';
import type { Change, JobSummary, LedgerJob } from '../ledger/model/ledger.ts';
import { short } from '../ledger/model/merge-observation.ts';
import { isAnnotating } from '../restore/annotations.ts';

/** What doesn't change, or has no entry where it does. */
export type Identity = Pick<
  JobSummary,
  | 'projectId'
  | 'projectName'
  | 'clusterName'
  | 'clusterId'
  | 'jobId'
  | 'kind'
  | 'requestedAt'
  | 'accountId'
  | 'organizationId'
>;

/** A job after an entry. Findings are named by their rules: an entry has no more of them. Texts are as long as entries have them. */
export interface State extends Omit<JobSummary, 'findings' | 'revision' | 'changedAt' | 'observedAt' | 'fingerprint'> {
  findings: readonly string[];
  annotationCount: number;
}

export interface StateAfter {
  change: Change;
  identity: Identity;
  /** Absent where it can't be rebuilt: something else had changed the job, or entries were left out of its history since. */
  state: State | undefined;
}

/** A history that isn't one: nothing of the job can be shown. */
export class UnreadableHistory extends Error {
  override readonly name = 'UnreadableHistory';
}

/**
 * Newest first.
 * @throws UnreadableHistory where an entry lacks what every entry has
 */
export function* statesOf(job: LedgerJob): Generator<StateAfter> {
  const { changes } = job;
  if (!Array.isArray(changes) || changes.length === 0) throw new UnreadableHistory('the job has no history');
  const broken = changes.findIndex((change) => !isEntry(change));
  if (broken >= 0) throw new UnreadableHistory(`entry ${broken + 1} of its history is not one`);
  const { projectId, projectName, clusterName, clusterId, jobId, kind, requestedAt, accountId, organizationId } = job;
  const identity = {
    ...{ projectId, projectName, clusterName, clusterId, jobId, kind, requestedAt },
    ...{ accountId, organizationId },
  } as Identity;
  let fields: Record<string, unknown> | undefined = isAltered(job) ? undefined : fieldsOf(job);
  let annotations = changes.filter(isAnnotating).length;
  for (let index = changes.length - 1; index >= 0; index--) {
    const change = changes[index] as Change;
    const state = fields && ({ ...fields, annotationCount: annotations } as unknown as State);
    yield { change, identity, state };
    if (isAnnotating(change)) annotations -= 1;
    // Of a repaired job, the values before are those that something else wrote.
    const isNext = changes[index - 1]?.revision === change.revision - 1;
    fields = fields && isNext && !change.repaired ? undone(fields, change.fields) : undefined;
  }
}

function fieldsOf({ findings = [], changes: _, atlas: __, atlasOmitted: ___, ...job }: LedgerJob) {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(job)) fields[name] = short(value);
  return { ...fields, findings: findings.map(({ rule }) => rule) };
}

function undone(after: Readonly<Record<string, unknown>>, changed: Change['fields']): Record<string, unknown> {
  const before = { ...after };
  for (const [name, { from }] of Object.entries(changed)) {
    if (name === 'findings') before.findings = rulesOf(from);
    else if (from === undefined) delete before[name];
    else before[name] = from;
  }
  return before;
}

/** `slow:critical` where only the severity changed. */
const rulesOf = (names: unknown): string[] =>
  Array.isArray(names) ? names.map((name) => String(name).split(':', 1)[0] ?? '') : [];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEntry = (change: unknown): boolean =>
  isRecord(change) &&
  typeof change.at === 'string' &&
  !Number.isNaN(Date.parse(change.at)) &&
  Number.isSafeInteger(change.revision) &&
  typeof change.runId === 'string' &&
  typeof change.status === 'string' &&
  isRecord(change.fields) &&
  Object.values(change.fields).every(isRecord);
