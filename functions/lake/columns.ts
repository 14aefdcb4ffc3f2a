// functions/lake/columns.ts: the columns of the lake: their names, types and meaning, and their values. Pure.
import { sha256 } from '../ledger/model/fingerprint.ts';
import type { JobSummary } from '../ledger/model/ledger.ts';
import { destinationOf } from '../restore/destination.ts';
import { type Measures, measurements, measuresOf, objectiveOf } from '../restore/objectives/measure.ts';
import type { Objectives } from '../restore/objectives/objective.ts';
import { isFound } from '../restore/requesters/requester.ts';
import { isCompletedRestore } from '../restore/understood.ts';
import { ACTOR_KINDS, DELIVERIES, GRADES, KINDS, STATUSES, VALIDATION_STATUSES } from '../schema/words.ts';
import { annotatorWords, checkWords } from '../views/annotations.ts';
import type { State, StateAfter } from './states.ts';

/** As Glue and Athena spell them. Every column may be null. */
export type ColumnType = 'string' | 'timestamp' | 'int' | 'boolean' | 'array<string>';
export type Value = string | Date | number | boolean | readonly string[] | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Of the table in Glue, and for docs/lake.md. */
  readonly means: string;
  readonly of: (row: Row) => Value;
}

/** What a row is made of. */
interface Row extends StateAfter {
  measures: Measures;
}

/** @param objectives as they are when the row is written */
export function rowOf(after: StateAfter, objectives: Objectives): Value[] {
  const row = { ...after, measures: measuresAt(after, objectives) };
  return COLUMNS.map(({ of }) => of(row));
}

/** An open restore is known to have been open when the entry was made. */
function measuresAt({ state, change }: StateAfter, objectives: Objectives): Measures {
  if (!state || objectives.lines.length === 0) return {};
  return measuresOf(state, objectiveOf(state, objectives), change.at);
}

// What something else wrote to the table may be anything: a value of another type is none.
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MAX_INT ? value : null;
const time = (value: unknown): Date | null => {
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
};
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
const MAX_INT = 2 ** 31 - 1;

type Make = (of: (row: Row) => unknown, means: string) => Omit<Column, 'name'>;
const maker =
  <T extends Value>(type: ColumnType, safe: (value: unknown) => T | null): Make =>
  (of, means) => ({ type, means, of: (row) => safe(of(row)) });
const aText = maker('string', text);
const aTime = maker('timestamp', time);
const aCount = maker('int', whole);
const aFlag = maker('boolean', (value) => (typeof value === 'boolean' ? value : null));
const someTexts = maker('array<string>', (value) => (value === undefined ? null : texts(value)));

/** Of the state, which may not be known. */
const ofState =
  <T>(of: (state: State) => T) =>
  ({ state }: Row) =>
    state && of(state);
const field = (name: keyof JobSummary & keyof State) => ofState((state) => state[name]);

const requester = ofState((state) => state.requester);
const found = (row: Row) => {
  const by = requester(row);
  return isFound(by) ? by : undefined;
};
const validation = ofState((state) => state.validation);
const annotation = ofState((state) => state.annotation);

const DECLARED: Readonly<Record<string, Omit<Column, 'name'>>> = {
  changed_at: aTime(
    ({ change }) => change.at,
    'When the answer or annotation that made the change was asked for or given.',
  ),
  revision: aCount(
    ({ change }) => change.revision,
    'Number of the change in the history of the job, from 1. A gap: entries left out.',
  ),
  changed_fields: someTexts(
    ({ change }) => Object.keys(change.fields),
    'Names of the fields that changed. Empty for the first sight.',
  ),
  first_reading: aFlag(
    ({ change }) => change.firstReading === true,
    'Found when its list was read for the first time.',
  ),
  repaired: aFlag(
    ({ change }) => change.repaired === true,
    "Something else had changed the job, and Atlas's word was put back.",
  ),
  erased: aFlag(({ change }) => change.erased !== undefined, "A person's name was taken out of the history."),
  run_id: aText(({ change }) => change.runId, 'The run that recorded it.'),
  entry_hash: aText(
    ({ change }) => sha256(change),
    'SHA-256 of the entry, base64url: the next one of the job holds it as `previous`.',
  ),
  state_known: aFlag(
    ({ state }) => state !== undefined,
    'False: the job as it was then can not be rebuilt, and most columns are null.',
  ),
  project_id: aText(({ identity }) => identity.projectId, 'Of the cluster whose backup is restored.'),
  project_name: aText(({ identity }) => identity.projectName, 'As when the job was first seen.'),
  cluster_name: aText(({ identity, state }) => (state ?? identity).clusterName, 'Whose backup is restored.'),
  cluster_id: aText(({ identity }) => identity.clusterId, "Atlas's id of that cluster."),
  job_id: aText(({ identity }) => identity.jobId, "Atlas's id of the restore."),
  kind: aText(({ identity, state }) => (state ?? identity).kind, `One of ${KINDS.join(', ')}.`),
  status: aText(({ change }) => change.status, `One of ${STATUSES.join(', ')}.`),
  source_status: aText(field('sourceStatus'), "What `status` was derived from, in Atlas's words."),
  completed: aFlag(ofState(isCompletedRestore), 'A restore into a cluster that was completed for certain.'),
  delivery: aText(field('delivery'), `One of ${DELIVERIES.join(', ')}.`),
  requested_at: aTime(({ identity }) => identity.requestedAt, 'When the restore was requested.'),
  finished_at: aTime(field('finishedAt'), 'When it ended.'),
  duration_seconds: aCount(field('durationSeconds'), 'From request to finish.'),
  expires_at: aTime(field('expiresAt'), "When a download's address stops working. The address itself is never kept."),
  vanished_at: aTime(field('vanishedAt'), 'Since when Atlas no longer lists it.'),
  snapshot_id: aText(field('snapshotId'), 'That was restored.'),
  snapshot_at: aTime(field('snapshotAt'), 'When the snapshot was taken.'),
  point_in_time: aTime(field('pointInTime'), 'The moment that a point-in-time restore goes back to.'),
  data_age_seconds: aCount(
    ofState((state) => measurements(state).dataAgeSeconds),
    'How old the restored data was when the restore was requested.',
  ),
  place: aText(
    ofState((state) => destinationOf(state).place),
    'Where the data goes: itself, project (another cluster of it), elsewhere (another project), download or unknown.',
  ),
  target_project_id: aText(field('targetProjectId'), 'As Atlas names it.'),
  target_cluster_name: aText(field('targetClusterName'), 'As Atlas names it.'),
  error_message: aText(field('errorMessage'), 'Why it failed, where Atlas says so; URLs are removed.'),
  delivery_url_count: aCount(field('deliveryUrlCount'), 'Delivery URLs are secrets: they are counted, and not kept.'),
  problems: someTexts(
    ofState((state) => (state.problems ?? []).map((problem) => problem.field)),
    'Fields that Atlas sent and the ledger could not understand.',
  ),
  requester_grade: aText(
    (row) => found(row)?.grade,
    `How sure the requester is, one of ${GRADES.join(', ')}. Null: nobody is named.`,
  ),
  requester_kind: aText((row) => found(row)?.actor.kind, `One of ${ACTOR_KINDS.join(', ')}.`),
  requester_name: aText(
    (row) => found(row)?.actor.name ?? found(row)?.actor.id,
    'Who requested it: never without its grade.',
  ),
  requester_reason: aText((row) => {
    const by = requester(row);
    return by && !isFound(by) ? by.reason : undefined;
  }, 'Why nobody is named.'),
  findings: someTexts(
    ofState((state) => state.findings),
    'Rules that found something.',
  ),
  rto_state: aText(
    ({ measures }) => measures.rto?.state,
    'met, missed or not known, by the objectives when the file was written.',
  ),
  rto_objective_seconds: aCount(({ measures }) => measures.rto?.objectiveSeconds, 'Allowed recovery time.'),
  rpo_state: aText(
    ({ measures }) => measures.rpo?.state,
    'met, missed or not known, by the objectives when the file was written.',
  ),
  rpo_objective_seconds: aCount(({ measures }) => measures.rpo?.objectiveSeconds, 'Allowed age of the data.'),
  validation_status: aText(
    (row) => validation(row)?.status,
    `As somebody gave it last, one of ${VALIDATION_STATUSES.join(', ')}.`,
  ),
  validation_message: aText((row) => validation(row)?.message, 'With it.'),
  validation_by: aText((row) => {
    const said = validation(row);
    return said && annotatorWords(said.by);
  }, 'Who gave it.'),
  validation_at: aTime((row) => validation(row)?.at, 'When it was given.'),
  purpose: aText((row) => annotation(row)?.purpose, 'What the restore was for, as somebody said.'),
  ticket: aText((row) => annotation(row)?.ticket, 'Of the restore.'),
  environment: aText((row) => annotation(row)?.environment, "Where the data was restored to, in somebody's words."),
  checks: someTexts(
    ofState((state) => (state.annotation?.checks ?? []).map(checkWords)),
    'Comparisons of the restored data: `name=expected : got`.',
  ),
  checks_by: aText((row) => {
    const said = annotation(row);
    return said?.checks && annotatorWords(said.checksBy ?? said.by);
  }, 'Who made them.'),
  links: someTexts(
    ofState((state) => state.annotation?.links ?? []),
    'Addresses that somebody added.',
  ),
  annotated_by: aText((row) => {
    const said = annotation(row);
    return said && annotatorWords(said.by);
  }, 'Who said the last of purpose, ticket, environment, checks and links.'),
  annotated_at: aTime((row) => annotation(row)?.at, 'When.'),
  annotation_count: aCount(
    ofState((state) => state.annotationCount),
    'Annotations so far.',
  ),
  first_seen_at: aTime(field('firstSeenAt'), 'When the ledger first saw the job.'),
  account_id: aText(({ identity }) => identity.accountId, 'In a hub: the AWS account of the ledger that it is from.'),
  organization_id: aText(({ identity }) => identity.organizationId, 'In a hub: the AWS organization of this account.'),
};

export const COLUMNS: readonly Column[] = Object.entries(DECLARED).map(([name, column]) => ({ name, ...column }));
