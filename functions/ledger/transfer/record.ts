// functions/ledger/transfer/record.ts: a line of an export: one job, project, coverage, archived cluster, announced restore, run item, or the scope.
import * as z from 'zod/mini';
import { moment, objectId } from '../../schema/types.ts';
import type { ProjectCoverage } from '../model/coverage.ts';
import { IMPORTED_AT } from '../model/table.ts';
import type { Item } from '../table/job-item.ts';
import {
  ARCHIVED_CLUSTERS,
  coverageKey,
  isCoveragePartSk,
  isDaysPk,
  isExpectedPk,
  isHubKey,
  isJobSk,
  isPartSk,
  isPlanSk,
  isReportsPk,
  isRunSk,
  isTotalsPk,
  isVerdictsPk,
  type Key,
  messagePk,
  projectKey,
  projectPk,
  runPk,
  SCOPE_KEY,
} from '../table/keys.ts';

export const FORMAT = 'atlas-restore-ledger';
/** A later one may hold what this version would lose. */
export const FORMAT_VERSION = 1;

export const ITEM_KINDS = ['job', 'cluster', 'project', 'run', 'scope', 'expected'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
export const RECORD_KINDS = [...ITEM_KINDS, 'coverage'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** A coverage is one record however many items hold it, so that an export never mixes two of its revisions. */
export type TransferRecord = { kind: ItemKind; item: Item & Key } | { kind: 'coverage'; coverage: ProjectCoverage };

export type RecordCounts = Record<RecordKind, number>;

export const noRecords = (): RecordCounts => ({
  job: 0,
  cluster: 0,
  project: 0,
  run: 0,
  scope: 0,
  expected: 0,
  coverage: 0,
});

/** The first line. */
export const header = z.object({
  format: z.literal(FORMAT),
  version: z.int(),
  exportedAt: moment(),
});

/** An export of an earlier version has none of the kinds that came later. */
const counts = z.strictObject(
  Object.fromEntries(RECORD_KINDS.map((kind) => [kind, z._default(z.int().check(z.minimum(0)), 0)])) as Record<
    RecordKind,
    z.ZodMiniDefault<z.ZodMiniInt>
  >,
);

/** The last line: without it, the export was cut. */
export const trailer = z.object({
  end: z.object({ records: counts, sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
});

const key = { pk: z.string(), sk: z.string() };

/** What is read of each record; everything else in it goes through untouched. */
export const record = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(ITEM_KINDS), item: z.looseObject(key) }),
  z.object({
    kind: z.literal('coverage'),
    coverage: z.looseObject({
      projectId: objectId(),
      projectName: z.string(),
      revision: z.int().check(z.minimum(1)),
      discovery: z.looseObject({}),
      clusters: z.record(z.string(), z.looseObject({ clusterName: z.string(), lists: z.looseObject({}) })),
    }),
  }),
]);

/**
 * What an item is, by its key. `part`: of a coverage, which is exported whole. `message`: what was told of jobs, and reports that were asked for. `counts`: of jobs or coverage, computed from them, and what a
 * hub finds out by itself. Undefined: of another version.
 */
export function kindOf({ pk, sk }: Key): RecordKind | 'part' | 'counts' | 'message' | undefined {
  if (isDaysPk(pk) || isTotalsPk(pk) || isVerdictsPk(pk) || isHubKey({ pk, sk })) return 'counts';
  if (pk.startsWith(messagePk('')) || isReportsPk(pk)) return 'message';
  if (pk === SCOPE_KEY.pk && sk === SCOPE_KEY.sk) return 'scope';
  if (isExpectedPk(pk)) return 'expected';
  if (pk.startsWith(runPk(''))) return isRunSk(sk) || isPlanSk(sk) || isPartSk(sk) ? 'run' : undefined;
  if (!pk.startsWith(projectPk(''))) return undefined;
  if (isJobSk(sk)) return 'job';
  if (sk === projectKey('').sk) return 'project';
  if (sk === coverageKey('').sk) return 'coverage';
  if (isCoveragePartSk(sk)) return 'part';
  return sk.startsWith(ARCHIVED_CLUSTERS) ? 'cluster' : undefined;
}

/** Without the mark of an import, which is of the ledger and not of the record. */
export function exportable({ [IMPORTED_AT]: _, ...item }: Item): Item & Key {
  return item as Item & Key;
}
