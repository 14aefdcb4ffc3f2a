// functions/ledger/transfer/check.ts: what is wrong with a record of an export: its key, its fields, or its history. Pure.
import * as z from 'zod/mini';
import { expectedRestore } from '../../schema/expected-restore.ts';
import { jobWithHistory } from '../../schema/job.ts';
import { moment, objectId } from '../../schema/types.ts';
import { RUN_STATUSES } from '../../schema/words.ts';
import { type ClusterCoverage, incarnationOf, type ProjectCoverage } from '../model/coverage.ts';
import { type Break, breaksOf, FIRST_CHANGES } from '../model/hash-chain.ts';
import { type Item, ledgerJob } from '../table/job-item.ts';
import {
  archivedClusterKey,
  expectedKey,
  isPartSk,
  isPlanSk,
  isRunSk,
  jobKey,
  type Key,
  partKey,
  projectIdOf,
  projectKey,
  runIdOf,
  runKey,
  runPk,
} from '../table/keys.ts';
import { kindOf, type TransferRecord } from './record.ts';

export interface Checked {
  /** The record can't be one of a ledger. */
  wrong?: string;
  /** The history of a job was broken before it was exported. */
  breaks: Break[];
}

const ids = z.looseObject({ projectId: objectId(), jobId: objectId() });
const revised = z.int().check(z.minimum(1));
const project = z.looseObject({
  projectId: objectId(),
  projectName: z.string(),
  revision: revised,
  firstSeenAt: z.string(),
  accounts: z.looseObject({}),
  changes: z.array(z.looseObject({ at: z.string() })),
});
const cluster = z.looseObject({
  archived: z.looseObject({ clusterName: z.string(), firstSeenAt: z.string(), lists: z.looseObject({}) }),
});
const scope = z.looseObject({
  scopeRevision: revised,
  scope: z.looseObject({ revision: revised, accounts: z.looseObject({}) }),
});
const expected = z.looseObject({
  ...expectedRestore.shape,
  state: z.optional(z.unknown()),
  revision: revised,
});
const run = z.looseObject({ runId: objectId(), startedAt: z.string(), status: z.enum(RUN_STATUSES) });
const part = z.looseObject({ projectId: objectId(), finishedAt: z.string() });
const plan = z.looseObject({ planned: z.array(z.looseObject({ projectId: z.string() })) });

export function checked(record: TransferRecord): Checked {
  if (record.kind === 'coverage') return checkedCoverage(record.coverage);
  const { kind, item } = record;
  if (kindOf(item) !== kind) return wrong(`pk and sk: expected those of a ${kind}, got ${named(item)}`);
  if (kind === 'job') return checkedJob(item);
  if (kind === 'run') return checkedRun(item);
  if (kind === 'expected')
    return shaped(expected, item, () => expectedKey(String(item.projectId), String(item.expectedRestoreId)));
  if (kind === 'scope') return shaped(scope, item);
  if (kind === 'project') return shaped(project, item, () => projectKey(String(item.projectId)));
  const archived = item.archived as ClusterCoverage;
  return shaped(cluster, item, () =>
    archivedClusterKey(projectIdOf(item.pk), archived.clusterName, incarnationOf(archived)),
  );
}

/** What says which jobs need not be there. */
const letGo = z.object({
  before: moment(),
  kept: z.array(objectId()),
  jobs: z.int().check(z.minimum(0)),
  ids: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  endedBy: z.optional(moment()),
  heads: z.string(),
  days: z.number(),
  since: moment(),
  at: moment(),
  deletedAt: z.optional(moment()),
});

function checkedCoverage({ projectId, letGo: read }: ProjectCoverage): Checked {
  const { error } = z.safeParse(z.optional(letGo), read);
  const [issue] = error?.issues ?? [];
  return issue ? wrong(`coverage of ${projectId}: letGo.${issue.path.join('.')}: ${issue.message}`) : { breaks: [] };
}

function checkedJob(item: Item & Key): Checked {
  const keyed = shaped(ids, item, () => jobKey(String(item.projectId), String(item.jobId)));
  if (keyed.wrong !== undefined) return keyed;
  const job = ledgerJob(item);
  const read = z.safeParse(jobWithHistory, job);
  if (read.success && typeof item.fingerprint === 'string') return { breaks: breaksOf(job, FIRST_CHANGES) };
  const { path = ['fingerprint'], message = 'expected a text' } = read.error?.issues[0] ?? {};
  return { breaks: [{ jobId: job.jobId, problem: `${path.join('.')}: ${message}` }] };
}

function checkedRun(item: Item & Key): Checked {
  const runId = runIdOf(item.pk);
  if (!z.safeParse(objectId(), runId).success) return wrong(`pk: expected ${runPk('a run id')}, got ${item.pk}`);
  if (isRunSk(item.sk)) return shaped(run, item, () => runKey(String(item.runId)));
  if (isPlanSk(item.sk)) return shaped(plan, item);
  return isPartSk(item.sk) ? shaped(part, item, () => partKey(runId, String(item.projectId))) : { breaks: [] };
}

function shaped(shape: z.ZodMiniType, item: Item & Key, keyOf: () => Key = () => item): Checked {
  const read = z.safeParse(shape, item);
  if (!read.success) {
    const [issue] = read.error.issues;
    return wrong(`${named(item)}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { pk, sk } = keyOf();
  return pk === item.pk && sk === item.sk
    ? { breaks: [] }
    : wrong(`pk and sk: expected ${named({ pk, sk })}, got ${named(item)}`);
}

const wrong = (text: string): Checked => ({ wrong: text, breaks: [] });
const named = ({ pk, sk }: Key) => `${pk} ${sk}`;
