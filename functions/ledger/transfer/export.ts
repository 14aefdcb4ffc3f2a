// functions/ledger/transfer/export.ts: everything of a ledger that can't be computed from the rest, record by record.
//
// Other writers may go on meanwhile. What claims something is therefore read before what it claims: the scope first, the runs, then
// of each project its coverage, and its jobs last. So every record of an export is borne out by the jobs in it.
import { FIRST_ID, LAST_ID } from '../../restore/object-id.ts';
import { LedgerError } from '../model/errors.ts';
import { readCoverage } from '../repositories/coverage-items.ts';
import type { Item } from '../table/job-item.ts';
import {
  ARCHIVED_CLUSTERS,
  jobSk,
  type Key,
  projectIdOf,
  projectKey,
  projectPk,
  runIdOf,
  runPk,
  SCOPE_KEY,
} from '../table/keys.ts';
import { everything, type Table } from '../table/table-port.ts';
import { exportable, kindOf, type TransferRecord } from './record.ts';

/** Whole jobs read at once, as elsewhere in the ledger (docs/decisions/0020-memory.md). */
const WHOLE_JOBS = 100;

export interface Inventory {
  /** How many jobs there are, by project. */
  jobs: Map<string, number>;
  runIds: Set<string>;
  /** Partitions of announced restores. */
  expected: Set<string>;
  /** Items of kinds that this version doesn't know. */
  unknown: number;
}

/** What there is to export. Requests: 1 scan a MB of the table. */
export async function inventoryOf(table: Table): Promise<Inventory> {
  const inventory: Inventory = { jobs: new Map(), runIds: new Set(), expected: new Set(), unknown: 0 };
  for await (const item of table.scan({ fields: ['pk', 'sk'] })) {
    const { pk, sk } = item as unknown as Key;
    const kind = kindOf({ pk, sk });
    if (kind === undefined) inventory.unknown += 1;
    else if (kind === 'run') inventory.runIds.add(runIdOf(pk));
    else if (kind === 'expected') inventory.expected.add(pk);
    else if (kind !== 'scope' && kind !== 'counts' && kind !== 'message') {
      const projectId = projectIdOf(pk);
      inventory.jobs.set(projectId, (inventory.jobs.get(projectId) ?? 0) + (kind === 'job' ? 1 : 0));
    }
  }
  return inventory;
}

/** Requests: 1 query for each 100 jobs, and 3 a project; 1 query a run. @throws LedgerError */
export async function* exported(
  table: Table,
  scope: Item | undefined,
  { jobs, runIds, expected }: Inventory,
): AsyncGenerator<TransferRecord> {
  for (const runId of [...runIds].sort()) {
    for await (const item of everything(table, { partition: runPk(runId), consistent: true })) {
      yield { kind: 'run', item: exportable(item) };
    }
  }
  for (const [projectId, counted] of [...jobs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* ofProject(table, projectId, counted);
  }
  // Which restores came is written before their jobs say so.
  for (const partition of [...expected].sort()) {
    for await (const item of everything(table, { partition, consistent: true })) {
      yield { kind: 'expected', item: exportable(item) };
    }
  }
  if (scope) yield { kind: 'scope', item: exportable(scope) };
}

/** To be read before anything else. */
export const scopeItem = (table: Table): Promise<Item | undefined> => table.get(SCOPE_KEY);

async function* ofProject(table: Table, projectId: string, counted: number): AsyncGenerator<TransferRecord> {
  const project = await table.get(projectKey(projectId));
  const { coverage } = await readCoverage(table, projectId);
  const partition = projectPk(projectId);
  for await (const item of everything(table, { partition, beginsWith: ARCHIVED_CLUSTERS, consistent: true })) {
    yield { kind: 'cluster', item: exportable(item) };
  }
  const between = [jobSk(FIRST_ID), jobSk(LAST_ID)] as const;
  let read = 0;
  for await (const item of everything(table, { partition, between, consistent: true, limit: WHOLE_JOBS })) {
    read += 1;
    yield { kind: 'job', item: exportable(item) };
  }
  if (read < counted) {
    const message = `project ${projectId}: expected at least the ${counted} restore jobs that were counted before, got ${read}: something removes them; export again`;
    throw new LedgerError('LEDGER_CONFLICT', message);
  }
  if (project) yield { kind: 'project', item: exportable(project) };
  if (coverage) yield { kind: 'coverage', coverage };
}
