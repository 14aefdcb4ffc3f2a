// functions/relay/accepted.ts: an item as a hub stores it: the fields that it knows, at the place that they name, and whose they are.
import * as z from 'zod/mini';
import type { ProjectCoverage } from '../ledger/model/coverage.ts';
import type { Owner } from '../ledger/model/known-project.ts';
import { RUN_FIELDS } from '../ledger/model/table.ts';
import { knownProjectOf } from '../ledger/repositories/project-repository.ts';
import { type Item, jobItem, ledgerJob, pick } from '../ledger/table/job-item.ts';
import { coverageFeed, isRunSk, type Key, projectIdOf, runFeed } from '../ledger/table/keys.ts';
import { checked } from '../ledger/transfer/check.ts';
import { kindOf, type TransferRecord } from '../ledger/transfer/record.ts';
import { defined } from '../platform/defined.ts';
import { jobWithHistory } from '../schema/job.ts';
import { RelayError } from './received.ts';
import { archivedShape, headShape, partShape, projectShape, runShape, scopeShape, timesShape } from './shapes.ts';

export interface Origin extends Pick<Owner, 'accountId'> {
  organizationId?: string | undefined;
}

/** What is merged with what the hub has, as an import is; and what replaces an older revision. */
export type Accepted =
  | { as: 'record'; record: Extract<TransferRecord, { item: unknown }>; projectId?: string }
  | { as: 'coverage'; item: Item & Key; projectId: string; revision: number }
  | { as: 'part'; item: Item & Key; projectId: string; fence: number }
  | { as: 'project'; item: Item & Key; projectId: string; revision: number }
  | { as: 'scope'; item: Item; revision: number };

/** @throws RelayError */
export function accepted(item: Item & Key, { accountId, organizationId }: Origin): Accepted {
  const kind = kindOf(item);
  const { pk, sk } = item;
  const place = { pk, sk, ...defined({ accountId, organizationId }) };
  const projectId = projectIdOf(pk);
  if (kind === 'coverage') {
    shaped(headShape, item);
    const { coverage, coverageRevision, coverageFence, coverageParts } = item as unknown as HeadItem;
    if (coverage.projectId !== projectId || coverage.revision !== coverageRevision)
      throw new RelayError('coverage: expected that of its key');
    if (checked({ kind, coverage }).wrong !== undefined) throw new RelayError('letGo: expected another shape');
    const stored = { ...place, ...defined({ coverage, coverageRevision, coverageFence, coverageParts }) };
    return { as: 'coverage', item: stored, projectId, revision: coverageRevision };
  }
  if (kind === 'part') {
    shaped(partShape, item);
    const { coverageFence: fence, clusters: of } = item as unknown as { coverageFence: number; clusters: unknown };
    return { as: 'part', item: { ...place, coverageFence: fence, clusters: of }, projectId, fence };
  }
  if (kind === 'counts' || kind === 'message' || kind === undefined)
    throw new RelayError('key: expected that of a record');
  const { wrong } = checked({ kind, item });
  if (wrong !== undefined) throw new RelayError(`${kind}: expected one of a ledger`);
  if (kind === 'scope') {
    shaped(scopeShape, item);
    return { as: 'scope', item: { scope: item.scope }, revision: Number(item.scopeRevision) };
  }
  if (kind === 'run') {
    // A spoke sends no parts and plans, nor a run that has not ended: under another's run they, or its end, would be taken for its own.
    if (!isRunSk(sk) || item.status === 'running') throw new RelayError('run: expected one that has ended');
    shaped(runShape, item);
    return { as: 'record', record: { kind, item: runItem(item, place) } };
  }
  if (kind === 'job') return { as: 'record', record: { kind, item: ownJob(item, place) }, projectId };
  if (kind === 'project') {
    shaped(projectShape, item);
    const known = { ...place, ...coverageFeed(projectId), ...knownProjectOf(item) };
    return { as: 'project', item: known, projectId, revision: Number(item.revision) };
  }
  shaped(archivedShape, item);
  return { as: 'record', record: { kind, item: { ...place, archived: item.archived } }, projectId };
}

interface HeadItem {
  coverage: ProjectCoverage;
  coverageRevision: number;
  coverageFence?: number;
  coverageParts?: unknown;
}

type Place = Key & Partial<Origin>;

/** Only its ledger says whose it is, and it says so of itself: what an event claims is not kept. */
function ownJob(item: Item, { accountId, organizationId }: Place) {
  const { accountId: _, organizationId: __, ...job } = ledgerJob(item);
  // A history that is broken is taken all the same, for `verify` to name; what is no job is not.
  shaped(jobWithHistory, job);
  shaped(timesShape, job);
  return jobItem({ ...job, ...defined({ accountId, organizationId }) });
}

function runItem({ ttl, ...item }: Item, place: Place): Item & Key {
  const run = pick(item, [...RUN_FIELDS]);
  return {
    ...place,
    ...runFeed(String(item.runId)),
    ...(run as unknown as Item),
    ...(typeof ttl === 'number' && { ttl }),
  };
}

function shaped(shape: z.ZodMiniType, item: object) {
  const { error } = z.safeParse(shape, item);
  if (error) throw new RelayError(`${String(error.issues[0]?.path[0] ?? 'item')}: expected another shape`);
}
