// functions/relay/check.ts: how a hub stands, for its alarms.
import { isOwnedKnown, noteOwned, ownedIsKnown } from '../ledger/hub/owned.ts';
import { Owners, ownersOf } from '../ledger/hub/owners.ts';
import { type HubScope, Spokes, scopeOfSpokes } from '../ledger/hub/spokes.ts';
import { type Confirmation, isComplete, type Owner } from '../ledger/model/known-project.ts';
import { projectIdBatches } from '../ledger/repositories/project-repository.ts';
import type { Table } from '../ledger/table/table-port.ts';
import { defined } from '../platform/defined.ts';
import { forEachConcurrent } from '../platform/for-each-concurrent.ts';
import { isSilent } from '../proof/hub.ts';
import { confirm } from './confirm.ts';

export interface HubHealth {
  SpokesSilent: number;
  ProjectsBehind: number;
}

const BATCH = 50;
const MAX_RECOUNTED = 50;
const PARALLEL_NOTES = 16;

const isBehind = (confirmation: Confirmation | undefined) => confirmation !== undefined && !isComplete(confirmation);

/**
 * Requests: 2 reads, 1 query a MB of the spokes, 1 query for some thousand projects, 2 batch reads for each 50, and those of
 * `confirm` for each of the first 50 projects that are behind. The first time 2 writes more for each project.
 * @param scope as the settings say
 * @throws LedgerError
 */
export async function checkHub(table: Table, scope: HubScope, now: () => number): Promise<HubHealth> {
  await new Spokes(table).begin(scope);
  const at = new Date(now()).toISOString();
  const { spokes = [] } = await scopeOfSpokes(table, scope);
  const owners = new Owners(table);
  const isBeginning = !(await isOwnedKnown(table));
  let ProjectsBehind = 0;
  let recounted = 0;
  for await (const projectIds of projectIdBatches(table, BATCH)) {
    const owned = await ownersOf(table, projectIds);
    if (isBeginning) await noteAll(table, owned, scope);
    for (const [projectId, { confirmation }] of owned) {
      if (!isBehind(confirmation)) continue;
      // What came since may not have been counted.
      if (recounted < MAX_RECOUNTED) await confirm(table, owners, projectId, now);
      recounted += 1;
      if (isBehind((await owners.get(projectId))?.confirmation)) ProjectsBehind += 1;
    }
  }
  if (isBeginning) await ownedIsKnown(table, at);
  return { SpokesSilent: spokes.filter((spoke) => isSilent(spoke, at)).length, ProjectsBehind };
}

/** Of projects from before a hub kept whose they are. Some jobs may have been written since the settings named another organization. */
async function noteAll(table: Table, owners: ReadonlyMap<string, Owner>, { organizationId: now }: HubScope) {
  await forEachConcurrent([...owners], PARALLEL_NOTES, async ([projectId, owner]) => {
    await noteOwned(table, projectId, owner);
    if (now !== owner.organizationId)
      await noteOwned(table, projectId, { ...owner, ...defined({ organizationId: now }) });
  });
}
